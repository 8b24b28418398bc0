"""The web kit: typed data for the macros of `templates/kit`, and `/kit`, the pages that show them all."""
