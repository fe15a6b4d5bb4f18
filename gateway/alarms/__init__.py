"""The alarm life cycle, as a table."""
