"""Random visits: of the deliveries that were received, some are counted again by an officer of another area."""
