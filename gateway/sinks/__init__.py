"""Sinks, one file each: committed readings to the outside world, behind a durable cursor."""
