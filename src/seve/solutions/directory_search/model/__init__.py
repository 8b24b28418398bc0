"""What is asked for, what is found, where it is: pure."""
