"""Probe mathematics, one file each: raw signal to canonical unit; the file is named as the `probe` key."""
