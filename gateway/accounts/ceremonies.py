"""The two ceremonies of WebAuthn: a passkey is added, and a passkey proves whose it is."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import webauthn
from webauthn.helpers import exceptions, parse_client_data_json, structs

from gateway.accounts.passkeys import NOT_KNOWN, Passkey, Passkeys, Site
from gateway.accounts.secret import new_id
from gateway.errors import InputError

MOST: Final = 10  # passkeys of an account
LONGEST_NAME: Final = 60  # characters
LOG_IN: Final = "log in"
_BROKEN: Final = (exceptions.WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError)
_DISCOVERABLE: Final = structs.AuthenticatorSelectionCriteria(
    resident_key=structs.ResidentKeyRequirement.REQUIRED,
    user_verification=structs.UserVerificationRequirement.REQUIRED,
)


def offer(passkeys: Passkeys, account: str, site: Site, now_ns: int) -> dict[str, Any]:
    """What a browser's `navigator.credentials.create` takes. Raises InputError."""
    if len(passkeys.of(account)) >= MOST:
        raise InputError(f"{account} has {MOST} passkeys: remove one first")
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Cryogate",
        user_name=account,
        user_id=hashlib.sha256(account.encode()).digest(),
        challenge=passkeys.challenges.new(_adding(account), now_ns),
        authenticator_selection=_DISCOVERABLE,
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def add(passkeys: Passkeys, account: str, name: str, answer: Any, site: Site, now_ns: int) -> Passkey:
    """What the browser answered. Raises InputError."""
    if not (name.strip() and len(name) <= LONGEST_NAME and name.isprintable()):
        raise InputError(f"the name of a passkey is one line of at most {LONGEST_NAME} characters")
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=_answered(passkeys, answer, _adding(account), now_ns),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _BROKEN:
        raise InputError("this passkey cannot be added: begin again") from None
    one = Passkey(new_id(), account, name, site.host, now_ns)
    passkeys.put(one, made.credential_id, made.credential_public_key, made.sign_count)
    return one


def ask(passkeys: Passkeys, site: Site, now_ns: int) -> dict[str, Any]:
    """What `navigator.credentials.get` takes: no account is named, so nobody learns which there are."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=passkeys.challenges.new(LOG_IN, now_ns),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def prove(passkeys: Passkeys, answer: Any, site: Site, now_ns: int) -> str:
    """Whose it is. Raises InputError, always the same."""
    try:
        credential = webauthn.base64url_to_bytes(answer["id"])
        account, key, times = passkeys.find(credential, site.host) or ("", b"", 0)
        proven = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=_answered(passkeys, answer, LOG_IN, now_ns),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key,
            credential_current_sign_count=times,
            require_user_verification=True,
        )
    except _BROKEN:
        raise InputError(NOT_KNOWN) from None
    passkeys.count(credential, proven.new_sign_count)
    return account


def _answered(passkeys: Passkeys, answer: Any, purpose: str, now_ns: int) -> bytes:
    """The challenge that was answered; it is used now. Raises one of _BROKEN."""
    told = webauthn.base64url_to_bytes(answer["response"]["clientDataJSON"])
    challenge = parse_client_data_json(told).challenge
    passkeys.challenges.use(challenge, purpose, now_ns)
    return challenge


def _adding(account: str) -> str:
    return f"add {account}"
