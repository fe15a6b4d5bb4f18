"""Notifiers, one file each: alarm changes to people."""
