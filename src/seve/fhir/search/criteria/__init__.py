"""Criteria from the values of search parameters, a module for each search type."""
