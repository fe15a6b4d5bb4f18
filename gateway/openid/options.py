"""[pages.openid]: the provider at which people log in, and what their groups may."""

from __future__ import annotations

from dataclasses import field
from typing import Final
from urllib.parse import urlsplit

from gateway.dataclass import dataclass
from gateway.hosts import is_loopback, is_machine
from gateway.rights.table import INSPECTOR, ROLES

LONGEST_ISSUER: Final = 200  # characters: it stands in the journal at each log-in
LONGEST_LABEL: Final = 60
OPENID: Final = "openid"


@dataclass(frozen=True, slots=True)
class GroupRights:
    """Who is in a group has these roles, at these sites; `sites` None: at all of them."""

    group: str
    roles: tuple[str, ...]
    sites: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not self.roles:
            raise ValueError(f"group {self.group!r}: give at least one role")
        for role in self.roles:
            if role == INSPECTOR:
                raise ValueError("an inspector has an account with an end: `cryogate account add`")
            if role not in ROLES:
                raise ValueError(f"{role!r} is no role; there are {', '.join(ROLES)}")


@dataclass(frozen=True, slots=True)
class OpenIdOptions:
    """The provider, and how it calls what the gateway needs to know."""

    issuer: str
    client_id: str
    secret_file: str | None = field(default=None, metadata={"path": True, "reads": True, "secret": True})
    scopes: tuple[str, ...] = (OPENID, "profile")
    account_claim: str = "preferred_username"
    account_suffix: str = ""  # what every name ends with, and no account
    groups_claim: str = "groups"
    groups: tuple[GroupRights, ...] = ()
    adopt: bool = False  # local accounts become those of the person who has their name there
    label_en: str = "Log in with your organization"
    label_zh: str = "使用单位账号登录"
    ca_file: str | None = field(default=None, metadata={"path": True, "reads": True})
    timeout_s: float = 5.0

    def __post_init__(self) -> None:
        check_issuer(self.issuer)
        if not (self.client_id and self.client_id.isascii() and self.client_id.isprintable()):
            raise ValueError("client_id: give the one with which the provider knows this gateway")
        if OPENID not in self.scopes:
            raise ValueError(f"scopes: {OPENID!r} is one of them, or the provider says nothing about people")
        if not all(one and one.isascii() and one.isprintable() and " " not in one for one in self.scopes):
            raise ValueError("scopes: each is one word")
        if not self.groups:
            raise ValueError("groups: name at least one group and its roles, or nobody may do anything")
        if not 0.1 <= self.timeout_s <= 30:
            raise ValueError("timeout_s must lie between 0.1 and 30")
        for label in (self.label_en, self.label_zh):
            if not (0 < len(label) <= LONGEST_LABEL and label.isprintable()):
                raise ValueError(f"a label is one line of at most {LONGEST_LABEL} characters")

    @property
    def authenticated(self) -> str:
        """How somebody proved to be somebody, as it stands in the journal."""
        return f"{OPENID} {self.issuer}"


def check_issuer(issuer: str) -> None:
    """Raises ValueError unless it is an address with TLS, or of this machine."""
    expected = f"issuer {issuer[:80]!r}: expected an address like 'https://login.example.org/realms/lab'"
    try:
        parts = urlsplit(issuer)
        is_one = is_machine(parts.hostname) and parts.port != 0
    except ValueError:
        raise ValueError(expected) from None
    plain = issuer.isascii() and issuer.isprintable() and " " not in issuer and len(issuer) <= LONGEST_ISSUER
    if not (is_one and plain and is_protected(issuer)) or parts.query or parts.fragment or parts.username:
        raise ValueError(expected)


def is_protected(url: str) -> bool:
    """By TLS, or because nothing leaves this machine. Raises ValueError."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
