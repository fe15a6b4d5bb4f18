"""Traceability code schemes, one file each; the file's name is the `scheme` of a code."""
