"""The certificate of the pages: one that is given, or one of their own, made at the first start and kept."""

from __future__ import annotations

import datetime
import ipaddress
import socket
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal import rights
from gateway.model import SECOND

CERTIFICATE, KEY = "pages-cert.pem", "pages-key.pem"
VALID: Final = datetime.timedelta(days=825)  # browsers refuse own ones that last longer
EARLIER: Final = datetime.timedelta(days=1)  # for clocks that are behind
LONGEST_COMMON_NAME: Final = 64  # X.520


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two files that belong together."""

    certificate: Path
    key: Path

    def fingerprint(self) -> str:
        """SHA-256, as browsers show it. Raises InputError where it cannot be read."""
        return ":".join(f"{byte:02X}" for byte in _read(self.certificate).fingerprint(hashes.SHA256()))


def given(certificate: Path, key: Path) -> Certificate:
    """Raises InputError where they cannot be used together."""
    found = _read(certificate)
    try:
        secret = serialization.load_pem_private_key(key.read_bytes(), None)
    except OSError as error:
        raise InputError(f"{key} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError):
        raise InputError(f"{key} is no private key in PEM without a password") from None
    if _public(secret.public_key()) != _public(found.public_key()):
        raise InputError(f"{key} is not the key of {certificate}: give those that belong together")
    return Certificate(certificate, key)


def until_ns(certificate: Path) -> int:
    """Its end. Raises InputError where it cannot be read."""
    return int(_read(certificate).not_valid_after_utc.timestamp()) * SECOND


def own(folder: Path, host: str) -> Certificate:
    """The one in the data folder, which is made where there is none, or where it ends soon."""
    kept = Certificate(folder / CERTIFICATE, folder / KEY)
    now = datetime.datetime.now(datetime.UTC)
    is_there = kept.certificate.exists() and kept.key.exists()
    if not is_there or _read(kept.certificate).not_valid_after_utc <= now + EARLIER:
        _make(kept, host, now)
    return given(kept.certificate, kept.key)


def _make(to: Certificate, host: str, now: datetime.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, socket.gethostname()[:LONGEST_COMMON_NAME])])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(_names(host)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(to.key, secret)
    _write(to.certificate, made.public_bytes(pem))


def _names(host: str) -> list[x509.GeneralName]:
    texts = dict.fromkeys(("localhost", "127.0.0.1", "::1", socket.gethostname(), host))
    return [_name(text) for text in texts if text and text not in ("0.0.0.0", "::")]


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    with open(partial, "wb", opener=rights.secret_opener) as file:
        file.write(data)
    partial.rename(path)


def _read(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise InputError(f"{path} is no certificate in PEM") from None


def _public(key: object) -> bytes:
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    found: bytes = key.public_bytes(encoding, form)  # type: ignore[attr-defined]
    return found
