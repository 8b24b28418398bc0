"""The digital solutions that stand on Sève, a folder each, found by its name."""
