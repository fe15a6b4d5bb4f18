"""Why a broker cannot be used, in words that say what to do next."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from gateway.errors import LinkDown
from gateway.mqtt.broker import Login

if TYPE_CHECKING:
    from paho.mqtt.reasoncodes import ReasonCode

_NEXT_STEP = {
    132: "set `protocol` to the other version",
    133: "choose another client_id",
    134: "check username and password_file",
    135: "check username, password_file and the broker's access list",
    138: "ask whoever runs the broker",
    142: "another client uses this client_id; give every gateway its own",
    151: "raise the broker's quota",
}
"""By reason code (MQTT 5.0 section 2.4); paho translates the codes of 3.1.1."""


def unreachable(options: Login, error: OSError | UnicodeError) -> LinkDown:
    """TCP or TLS did not come about."""
    return LinkDown(f"{place(options)}: {_why(error)}")


def refusal(options: Login, reason: ReasonCode) -> str:
    """The broker said no in CONNACK or DISCONNECT."""
    hint = _NEXT_STEP.get(reason.value, "the broker's log says more")
    return f"the broker says {reason.getName().lower()!r} to client {options.client_id!r}; {hint}"


def refused(options: Login, reason: ReasonCode) -> LinkDown:
    """The same as the end of a connection."""
    return LinkDown(f"{place(options)}: {refusal(options, reason)}")


def ended(options: Login, consented: bool, why: str) -> LinkDown:
    """The connection is over; `why` is empty where nobody said. `consented`: there was a CONNACK."""
    if not why and consented:
        why = (
            "the broker ended the connection; its log says why: "
            f"it stopped, or another client uses client_id {options.client_id!r}"
        )
    elif not why:
        why = "the broker ended the connection at once; check port, protocol and tls"
    return LinkDown(f"{place(options)}: {why}")


def taken_over(options: Login, times: int) -> LinkDown:
    """What a broker that says nothing does where two clients have one name: each throws the other out."""
    return LinkDown(
        f"{place(options)}: the broker ended the connection {times} times without a reason and let us in "
        f"again at once, as where another client uses client_id {options.client_id!r}; its log says so then: "
        "give every gateway its own"
    )


def unreadable(options: Login, key: str, file: str, error: OSError) -> LinkDown:
    """A file that the options name cannot be used."""
    what = error.strerror if error.errno and not isinstance(error, ssl.SSLError) else f"not usable: {error}"
    return LinkDown(f"{place(options)}: {key} {file}: {what}; `cryogate check` says what is wrong with it")


def place(options: Login) -> str:
    """The broker as people write it."""
    return f"{options.host}:{options.port}"


def _why(error: OSError | UnicodeError) -> str:
    if isinstance(error, socket.gaierror | UnicodeError):
        return "this name is not known; check host, and the name server of this machine"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there; check host and port, and that the broker runs"
    if isinstance(error, TimeoutError):
        return "no answer; check host and port, the network, and that this port speaks TLS if tls is set"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}; check tls.ca_file and host"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}; check that this port speaks TLS, and the certificates"
    return f"{error.strerror or error}; check the network and the broker"
