"""The city pack: read and checked, its areas, agencies and places in tables, its calendar and theme at hand."""
