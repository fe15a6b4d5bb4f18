"""Probe mathematics, one file each: raw signal to canonical unit; the file's name is the `probe` of a channel."""
