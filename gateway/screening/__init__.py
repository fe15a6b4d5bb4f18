"""Excursions from readings: a pure function of columns, state and rules."""
