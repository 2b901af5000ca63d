"""Usage statistics. A day that is over is written to Parquet without identities; all figures are computed from there.

Only jobs and commands load the analytical engines (DuckDB or Spark through Ibis): pages read the stored figures
(`Use`).
"""
