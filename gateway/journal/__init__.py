"""The durable journal (journal.sqlite: the truth) and the records derived from it (records.sqlite)."""
