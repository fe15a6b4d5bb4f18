"""The certificate of the pages for whoever is to trust it: its fingerprint, and its authority as a file.

Both are public: everybody who connects is shown them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from gateway.api.certificate import CERTIFICATE, KEY, Certificate, authority_of
from gateway.config.types import Configuration
from gateway.errors import InputError

FILE: Final = "/authority.crt"  # phones know what to do by this ending
MEDIA_TYPE: Final = "application/x-x509-ca-cert"


def certificate_of(configuration: Configuration) -> Certificate | None:
    """As `cryogate pages` takes it from the configuration; None: there is no TLS here."""
    pages = configuration.pages
    if pages.plain:
        return None
    if pages.cert_file is not None and pages.key_file is not None:
        return Certificate(Path(pages.cert_file), Path(pages.key_file))
    return Certificate(configuration.data_dir / CERTIFICATE, configuration.data_dir / KEY)


def authority(configuration: Configuration) -> bytes:
    """In DER; empty where there is none, or nobody can read it."""
    found = certificate_of(configuration)
    try:
        return b"" if found is None else authority_of(found.certificate)
    except InputError:
        return b""


def shown(configuration: Configuration) -> dict[str, Any]:
    """What the page says of it; fingerprints are empty where there is nothing."""
    found, own = certificate_of(configuration), configuration.pages.cert_file is None
    try:
        told = ("", "") if found is None else (found.fingerprint(), found.authority())
    except InputError:
        told = ("", "")
    return {"fingerprint": told[0], "authority": told[1], "is_own": own, "file": FILE}
