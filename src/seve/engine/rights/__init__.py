"""What the law gives to each person over their data, and what it asks of who keeps them."""
