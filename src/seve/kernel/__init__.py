"""What everything else stands on: refusals, texts, the clock and identifiers. Standard library only."""
