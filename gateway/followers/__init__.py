"""Whoever reads the journal behind a cursor and tells the outside world."""
