"""Accounts, sessions and tokens in the shape that others read: what they may, until when, never a secret."""

from __future__ import annotations

from typing import Any

from gateway.accounts.accounts import Accounts
from gateway.accounts.register import Account
from gateway.accounts.sessions import Session
from gateway.accounts.tokens import Token
from gateway.statements.fields import optional_moment, shown


def account_row(accounts: Accounts, one: Account, now_ns: int) -> dict[str, Any]:
    return {
        "account": one.id,
        **rights_row(one),
        "locked": one.locked,
        "usable": one.is_usable(now_ns),
        "password": accounts.factors.has_password(one.id),
        "app": accounts.factors.has_totp(one.id),
        "passkeys": len(accounts.passkeys.of(one.id)),
        "recovery_codes": accounts.factors.recovery_codes_left(one.id),
        "sessions": len(accounts.sessions.of(one.id, now_ns)),
        "tokens": len(accounts.tokens.of(one.id, now_ns)),
    }


def rights_row(one: Account) -> dict[str, Any]:
    """None: every site, every asset, without an end."""
    return {
        "roles": list(one.roles),
        "sites": None if one.sites is None else list(one.sites),
        "assets": None if one.assets is None else list(one.assets),
        "until": optional_moment(one.until_ns),
    }


def session_row(one: Session) -> dict[str, Any]:
    return {
        "session": one.id,
        "authenticated": one.authenticated,
        "begun": shown(one.begun_ns),
        "seen": shown(one.seen_ns),
        "until": shown(one.until_ns),
        "source": one.source,
        "program": one.program,
    }


def token_row(one: Token) -> dict[str, Any]:
    """For scripts; None: not narrowed."""
    return {
        "token_id": one.id,
        "name": one.name,
        "roles": _list(one.roles),
        "actions": _list(one.actions),
        "sites": _list(one.sites),
        "begun": shown(one.begun_ns),
        "until": shown(one.until_ns),
    }


def _list(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)
