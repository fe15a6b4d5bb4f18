"""Whether an MQTT broker answers at the usual port of this machine, and whether it lets everybody in."""

from __future__ import annotations

import socket
from enum import Enum
from typing import Final

from gateway.mqtt.broker import usual_port

HERE: Final = "127.0.0.1"
WITHIN_S: Final = 1.0
NAME: Final = b"cryogate-looks"
CONNACK: Final = 0x20  # MQTT 3.1.1 section 3.2
NO_LOG_IN: Final = (4, 5)  # bad user name or password, not authorized
_REST: Final = b"\x00\x04MQTT\x04\x02\x00\x0a" + len(NAME).to_bytes(2, "big") + NAME  # clean session, 10 s
CONNECT: Final = bytes([0x10, len(_REST)]) + _REST
DISCONNECT: Final = b"\xe0\x00"


class Broker(Enum):
    OPEN = "open"
    LOG_IN = "log-in"  # it wants a user name and a password
    NONE = "none"


def found_broker(port: int = usual_port(has_tls=False)) -> Broker:
    """Connects once, says goodbye, subscribes to nothing."""
    try:
        with socket.create_connection((HERE, port), WITHIN_S) as line:
            line.settimeout(WITHIN_S)
            line.sendall(CONNECT)
            answer = _read(line, 4)
            if answer[:1] == bytes([CONNACK]) and answer[3:] == b"\x00":
                line.sendall(DISCONNECT)
                return Broker.OPEN
    except OSError:
        return Broker.NONE
    is_broker = len(answer) == 4 and answer[0] == CONNACK and answer[3] in NO_LOG_IN
    return Broker.LOG_IN if is_broker else Broker.NONE


def _read(line: socket.socket, count: int) -> bytes:
    """So many bytes, or fewer where it hangs up."""
    found = b""
    while len(found) < count and (more := line.recv(count - len(found))):
        found += more
    return found
