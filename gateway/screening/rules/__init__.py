"""Screening rules, one file each; the file's name is the `kind` of a rule."""
