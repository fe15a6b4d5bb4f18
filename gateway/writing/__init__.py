"""Arrivals to the journal: converted, committed, then acknowledged; what a start states; room and archive."""
