"""The web kit: typed data for the macros of `templates/kit`, and `/kit`, the page that shows them all."""
