"""Real processes for measurements: a broker, a gateway, devices that publish, disks that can be broken."""


class Unavailable(Exception):
    """Something that a measurement needs is missing here; the message says what, and how to get it."""
