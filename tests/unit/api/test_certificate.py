"""The certificate of the pages."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import pytest

from gateway.api import certificate
from gateway.api.certificate import given, own
from gateway.errors import InputError


def test_one_of_their_own_is_made_once_and_kept(tmp_path: Path) -> None:
    first = own(tmp_path, "10.0.0.7")
    assert own(tmp_path, "10.0.0.7").fingerprint() == first.fingerprint()
    assert len(first.fingerprint()) == 32 * 3 - 1
    assert first.key.stat().st_mode & 0o777 == 0o600
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(first.certificate, first.key)


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
