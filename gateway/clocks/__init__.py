"""Whose clock is right: the gateway's own, and those of devices."""
