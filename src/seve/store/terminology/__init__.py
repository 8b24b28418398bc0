"""Code systems in tables, current terminology resources by canonical, and closure tables."""
