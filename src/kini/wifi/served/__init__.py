"""Whom the network serves. A day that is over goes to Parquet, without identities; every figure is asked of that.

What loads the analytical engines (DuckDB or Spark through Ibis) is imported by jobs and commands alone: pages read the
figures that were counted (`models.Use`).
"""
