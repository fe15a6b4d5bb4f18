"""The certificate of the pages."""

from __future__ import annotations

import datetime
import hashlib
import shutil
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from gateway.api import certificate
from gateway.api.certificate import Certificate, authority_of, given, own
from gateway.api.renewal import Renewal
from gateway.config.load import load
from gateway.doctor.certificate import findings
from gateway.errors import InputError


def test_one_of_their_own_is_made_once_and_kept(tmp_path: Path) -> None:
    first = own(tmp_path, "10.0.0.7")
    assert own(tmp_path, "10.0.0.7").fingerprint() == first.fingerprint()
    assert len(first.fingerprint()) == 32 * 3 - 1
    assert first.key.stat().st_mode & 0o777 == 0o600
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(first.certificate, first.key)


def test_its_authority_is_all_that_a_phone_has_to_trust(tmp_path: Path) -> None:
    """For its own names; the key that signed is nowhere, so that it never signs anything else."""
    made = own(tmp_path, "10.0.0.7")
    signer = x509.load_der_x509_certificate(authority_of(made.certificate))
    assert signer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert {path.name for path in tmp_path.iterdir()} == {made.certificate.name, made.key.name}
    pem = signer.public_bytes(serialization.Encoding.PEM).decode()
    for name in ("localhost", "10.0.0.7", "127.0.0.1", socket.gethostname()):
        verify(made, ssl.create_default_context(cadata=pem), name)
    with pytest.raises(ssl.SSLCertVerificationError):
        verify(made, ssl.create_default_context(cadata=pem), "example.com")
    verify(made, ssl.create_default_context(cafile=made.certificate), "localhost")  # as programs are told to
    leaf = made.certificate.read_text().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    (tmp_path / "before.pem").write_text(leaf)  # as they were made before there were authorities
    assert authority_of(tmp_path / "before.pem") == b""


def verify(made: Certificate, client: ssl.SSLContext, name: str) -> None:
    """A handshake as with a browser; raises what a browser would warn of."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made.certificate, made.key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(to_client, to_server, server_hostname=name)
    there = server.wrap_bio(to_server, to_client, server_side=True)
    done = 0
    while done < 2:
        done = 0
        for side in (here, there):
            try:
                side.do_handshake()
                done += 1
            except ssl.SSLWantReadError:
                pass


def test_one_that_ends_soon_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "VALID", datetime.timedelta(hours=1))
    before = own(tmp_path, "localhost").fingerprint()
    monkeypatch.undo()
    assert own(tmp_path, "localhost").fingerprint() != before


def test_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = own(tmp_path / "a", ""), own(tmp_path / "b", "0.0.0.0")
    assert given(one.certificate, one.key) == one
    with pytest.raises(InputError, match="is not the key of"):
        given(one.certificate, other.key)
    with pytest.raises(InputError, match="no certificate in PEM"):
        given(one.key, one.key)
    with pytest.raises(InputError, match="no private key in PEM"):
        given(one.certificate, one.certificate)
    with pytest.raises(InputError, match="cannot be read: No such file"):
        given(one.certificate, tmp_path / "none")
    with pytest.raises(InputError, match="cannot be read: No such file"):
        given(tmp_path / "none", one.key)


def shown(context: ssl.SSLContext) -> str:
    """The fingerprint that a browser sees now."""
    here, there = socket.socketpair()
    answering = threading.Thread(target=lambda: context.wrap_socket(there, server_side=True).close())
    answering.start()
    client = ssl.create_default_context()
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    with client.wrap_socket(here) as tls:
        seen = hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()
    answering.join()
    return seen


def test_one_that_is_exchanged_is_shown_to_who_comes_next(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "new").mkdir()
    there, new = own(tmp_path, ""), own(tmp_path / "new", "")
    used = given(there.certificate.rename(tmp_path / "c.pem"), there.key.rename(tmp_path / "k.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(used.certificate, used.key)
    renewal, before = Renewal(context, used, tmp_path, ""), shown(context)
    shutil.copy(new.certificate, used.certificate)
    renewal.look()
    renewal.look()
    assert shown(context) == before and caplog.text.count("is not the key of") == 1
    shutil.copy(new.key, used.key)
    renewal.look()
    assert shown(context) == new.fingerprint().replace(":", "").lower() != before


def test_their_own_one_is_made_anew_while_they_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "VALID", datetime.timedelta(hours=1))
    used = own(tmp_path, "localhost")
    monkeypatch.undo()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(used.certificate, used.key)
    renewal, before = Renewal(context, used, tmp_path, "localhost"), shown(context)
    renewal.look()
    assert shown(context) == used.fingerprint().replace(":", "").lower() != before


@pytest.mark.parametrize(
    ("days", "told"), [(700, []), (7, ["warning: ends"]), (-2, ["error: is over since"])]
)
def test_doctor_names_a_given_one_that_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, told: list[str]
) -> None:
    monkeypatch.setattr(certificate, "VALID", datetime.timedelta(days=days + 1))
    if days < 0:
        monkeypatch.setattr(certificate, "EARLIER", datetime.timedelta(days=9))
    one = own(tmp_path, "") if days > 0 else certificate.Certificate(tmp_path / "c", tmp_path / "k")
    if days < 0:
        certificate._make(one, "", datetime.datetime.now(datetime.UTC))
    config = tmp_path / "cryogate.toml"
    config.write_text(
        f'[gateway]\nname = "edge"\n[pages]\ncert_file = "{one.certificate}"\nkey_file = "{one.key}"\n'
    )
    found = [f"{one.level}: {one.what}" for one in findings(load(config), time.time_ns())]
    assert len(found) == len(told)
    assert all(word in line for line, words in zip(found, told, strict=True) for word in words.split(": "))
