"""Measures over views: their SQL asked of DuckDB or Spark, the small numbers hidden before anybody sees a result."""
