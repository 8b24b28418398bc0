"""From published figures to lives: who falls ill of what and when, how it goes on, who dies. Pure functions of a random stream."""
