"""Account: what was done to an account, and what it may since; never a secret of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.dataclass import dataclass
from gateway.statements.clock_times import one_of
from gateway.statements.fields import LONGEST_TEXT, Fields, optional_moment, shown

KIND: Final = "account"
SCHEMA: Final = 1
BY_PEOPLE: Final = True
FINAL: Final = "it happened; change the account again with `cryogate account`"
EVERY: Final = "*"  # of sites and assets
OPEN: Final = "open"
LOCKED: Final = "locked"
ADDED: Final = "added"
CHANGED: Final = "changed"
DONE: Final[dict[str, str]] = {  # how people read it, with the account behind
    ADDED: "made the account",
    CHANGED: "changed the account",
    "locked": "locked the account",
    "unlocked": "unlocked the account",
    "reset": "reset password and factors of",
    "remade": "made anew from the journal the account",
    "link": "made a set-up link for",
    "set-up": "set up password and second factor of",
    "password": "changed the password of",
    "recovery-codes": "made new recovery codes for",
    "passkey-added": "added a passkey to",
    "passkey-ended": "removed a passkey of",
    "token-added": "made an API token of",
    "token-ended": "ended an API token of",
    "logged-in": "logged in to",
    "logged-out": "logged out of",
    "sessions-ended": "ended sessions of",
    "locked-out": "lets one source wait, after wrong passwords for",
}


@dataclass(frozen=True, slots=True)
class Account:
    """`did`: one of DONE. What the account may since then; `sites` and `assets` None: all of them.

    `what`: of a session, token or passkey its public name, from where, how; may be empty.
    """

    id: str
    did: str
    roles: tuple[str, ...]
    sites: tuple[str, ...] | None
    assets: tuple[str, ...] | None
    until_ns: int | None
    state: str = OPEN
    what: str = ""


def to_body(said: Account) -> dict[str, Any]:
    body = {
        "schema": SCHEMA,
        "account": said.id,
        "did": said.did,
        "roles": list(said.roles),
        "sites": _names(said.sites),
        "assets": _names(said.assets),
        "until": optional_moment(said.until_ns),
        "state": said.state,
        "what": said.what,
    }
    of(body)
    return body


def of(body: Mapping[str, Any]) -> Account:
    fields = Fields(KIND, SCHEMA, body)
    fields.need(1)
    identity, did = fields.name("account"), one_of(fields, "did", tuple(DONE), fields.name("did"))
    roles, sites, assets = fields.names("roles"), fields.names("sites"), fields.names("assets")
    until_ns = fields.optional_moment("until")
    state = one_of(fields, "state", (OPEN, LOCKED), fields.name("state"))
    what = fields.line("what", longest=LONGEST_TEXT)
    fields.end()
    return Account(identity, did, roles, _all_or(sites), _all_or(assets), until_ns, state, what)


def words(said: Account) -> str:
    more = f" ({said.what})" if said.what else ""
    may = f": {scope(said)}" if said.did in (ADDED, CHANGED, "remade") else ""
    return f"{DONE[said.did]} {said.id}{more}{may}"


def about(said: Account) -> frozenset[str]:
    return frozenset({said.id})


def subject(body: Mapping[str, Any]) -> str:
    """Only what changes what it may, so that a log-in is no change."""
    return str(body["account"]) if body["did"] in (ADDED, CHANGED, "remade", "locked", "unlocked") else ""


def scope(said: Account) -> str:
    """What it may, in words."""
    where = "at every site" if said.sites is None else f"at {', '.join(said.sites) or 'no site'}"
    only = "" if said.assets is None else f", only {', '.join(said.assets) or 'no asset'}"
    until = "" if said.until_ns is None else f", until {shown(said.until_ns)}"
    return f"{', '.join(said.roles) or 'no role'} {where}{only}{until}"


def _names(of: tuple[str, ...] | None) -> list[str]:
    return [EVERY] if of is None else list(of)


def _all_or(names: tuple[str, ...]) -> tuple[str, ...] | None:
    return None if names == (EVERY,) else names
