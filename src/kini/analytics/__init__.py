"""Data sets of the city in Parquet: query engine, distinct counts, disclosure control, maps."""
