"""A gateway asked over its API by another program: `from gateway.client import Client`."""

from gateway.client.client import Client
from gateway.client.live import Event

__all__ = ["Client", "Event"]
