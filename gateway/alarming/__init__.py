"""Excursions and faults to alarms: what is screened, the alarm book, what is inside."""
