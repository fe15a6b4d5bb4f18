"""The durable journal, and the records derived from it."""
