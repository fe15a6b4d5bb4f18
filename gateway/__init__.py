"""Cryogate: the gateway between cryogenic storage and the people who answer for what is inside."""

__version__ = "0.1.0"
