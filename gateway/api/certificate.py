"""The certificate of the pages: one that is given, or one of their own, made at the first start and kept."""

from __future__ import annotations

import datetime
import hashlib
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
SIGNS: Final = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two files that belong together."""

    certificate: Path
    key: Path

    def fingerprint(self) -> str:
        """SHA-256, as browsers show it. Raises InputError where it cannot be read."""
        return _in_pairs(_read(self.certificate).fingerprint(hashes.SHA256()))

    def authority(self) -> str:
        """The same of the authority behind it, as phones show it; empty where there is none."""
        signer = authority_of(self.certificate)
        return _in_pairs(hashlib.sha256(signer).digest()) if signer else ""


def authority_of(certificate: Path) -> bytes:
    """The authority that stands in the file behind it, in DER, as phones take it; empty: none does.

    Raises InputError where it cannot be read.
    """
    found = _all(certificate)
    signer = found[-1] if len(found) > 1 else None
    is_root = signer is not None and signer.issuer == signer.subject
    return signer.public_bytes(serialization.Encoding.DER) if signer is not None and is_root else b""


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
    """An authority for these names alone, whose key is forgotten at once, and the certificate that it signs.

    Phones trust no certificate that is of no authority.
    """
    signing, key, names, issuer = _new_key(), _new_key(), _names(host), _authority_name()
    authority = (
        _builder(issuer, issuer, signing, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints([_constraint(one) for one in names], None), critical=True)
        .add_extension(SIGNS, critical=True)
        .sign(signing, hashes.SHA256())
    )
    made = (
        _builder(socket.gethostname(), issuer, key, now)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
        .sign(signing, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(to.key, secret)
    _write(to.certificate, made.public_bytes(pem) + authority.public_bytes(pem))


def _authority_name() -> str:
    """People find it by this in the settings of a phone."""
    return f"Cryogate {socket.gethostname()}"


def _in_pairs(digest: bytes) -> str:
    return ":".join(f"{byte:02X}" for byte in digest)


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _builder(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, now: datetime.datetime
) -> x509.CertificateBuilder:
    """With names, times and the identifier of the key."""
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(_called(subject))
        .issuer_name(_called(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:LONGEST_COMMON_NAME])])


def _constraint(name: x509.GeneralName) -> x509.GeneralName:
    """A single address is the network of itself."""
    return x509.IPAddress(ipaddress.ip_network(name.value)) if isinstance(name, x509.IPAddress) else name


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
    """The first one, which a browser sees."""
    return _all(path)[0]


def _all(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise InputError(f"{path} is no certificate in PEM") from None


def _public(key: object) -> bytes:
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    found: bytes = key.public_bytes(encoding, form)  # type: ignore[attr-defined]
    return found
