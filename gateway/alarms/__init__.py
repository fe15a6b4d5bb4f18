"""Alarms without any clock or database: their life as a table, and what people are told of them."""
