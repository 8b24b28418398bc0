"""What a tool declares, how it is found and listed: pure."""
