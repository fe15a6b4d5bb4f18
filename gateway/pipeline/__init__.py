"""From sources to journal to screening to alarms."""
