"""Secrets and certificates of notifiers: files, read anew for each message so that they can be renewed."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final

from gateway.errors import LinkDown
from gateway.regular import open_regular

READ: Final = {"path": True, "reads": True}  # relative ones start at the configuration file
SECRET: Final = {**READ, "secret": True}
LONGEST_SECRET: Final = 4096  # characters; tokens and passwords have tens


def first_line(key: str, path: str) -> str:
    """The first line of a secret file, printable and not empty. Raises LinkDown, without a word of it."""
    try:
        with open_regular(Path(path)) as file:
            line = file.readline(LONGEST_SECRET).decode().strip()
    except UnicodeDecodeError:
        raise LinkDown(f"{key} {path} is no UTF-8 text; write it anew") from None
    except OSError as error:
        raise LinkDown(f"{key} {path} cannot be read: {error.strerror}; check path and permission") from None
    if not line or not line.isprintable():
        raise LinkDown(f"{key} {path}: its first line is empty or no text; paste the secret alone into it")
    return line


def token(key: str, path: str) -> str:
    """One that goes into a header of HTTP: ASCII without a space. Raises LinkDown."""
    line = first_line(key, path)
    if not line.isascii() or " " in line:
        raise LinkDown(f"{key} {path}: its first line is no token; paste the token alone into it")
    return line


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Verifies certificate and name; None: against the authorities this machine trusts. Raises LinkDown."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # of ssl, too: a file that holds no certificate
        why = error.strerror or error
        raise LinkDown(f"ca_file {ca_file} cannot be used: {why}; give certificates as PEM") from None


def why_tls_failed(error: ssl.SSLError) -> str:
    """In words, with what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"its certificate does not verify: {error.verify_message}; give its authority as ca_file, and "
            "the name that stands in the certificate as the address"
        )
    return f"TLS failed: {error.reason or error}; check that this port speaks TLS"
