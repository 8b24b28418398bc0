"""Where one is cared for, and by whom."""
