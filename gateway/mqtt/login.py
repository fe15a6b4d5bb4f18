"""What a login needs from files: certificates and passwords, read anew at every connection."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final

from gateway.errors import LinkDown
from gateway.mqtt.broker import Login, Tls
from gateway.mqtt.errors import unreadable
from gateway.regular import open_regular

LONGEST_PASSWORD: Final = 65_535  # bytes, MQTT 5.0 section 1.5.6


def tls_context(options: Login, tls: Tls) -> ssl.SSLContext:
    """Reads the certificates. Raises LinkDown."""
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
    except OSError as error:
        raise unreadable(options, "tls.ca_file", str(tls.ca_file), error) from None
    if tls.certificate_file is not None:
        try:
            context.load_cert_chain(
                tls.certificate_file, tls.key_file, password=""
            )  # "": never ask a terminal
        except OSError as error:
            files = f"{tls.certificate_file}, tls.key_file {tls.key_file}"
            raise unreadable(options, "tls.certificate_file", files, error) from None
    return context


def password(options: Login) -> str | None:
    """Reads the password. Raises LinkDown."""
    if options.password_file is None:
        return None
    try:
        with open_regular(Path(options.password_file)) as file:
            line = file.readline(LONGEST_PASSWORD + 3).rstrip(b"\r\n")
        if len(line) > LONGEST_PASSWORD:
            most = f"longer than {LONGEST_PASSWORD} bytes, which MQTT cannot send"
            raise LinkDown(f"password_file {options.password_file}: its first line is {most}")
        return line.decode()
    except UnicodeDecodeError:
        raise LinkDown(f"password_file {options.password_file} is no UTF-8 text") from None
    except OSError as error:
        raise unreadable(options, "password_file", options.password_file, error) from None
