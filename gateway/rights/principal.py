"""Who acts: an account with its roles and sites, how it was authenticated, and until when that counts."""

from __future__ import annotations

from typing import Final

from gateway.dataclass import dataclass
from gateway.rights.table import ACTIONS, INSPECTOR, TWO_PEOPLE, Scope, actions_of

BY_TOKEN: Final = "token "  # how `authenticated` begins where a program acts with an API token
BY_OPENID: Final = "openid "  # and where a person logged in at the provider of the organization


@dataclass(frozen=True, slots=True)
class Principal:
    """Ask `may` before anything is done or shown. An action that is in no table is a KeyError."""

    account: str
    person: str  # id, as in rosters
    roles: tuple[str, ...]
    sites: tuple[str, ...] | None  # None: every site
    assets: tuple[str, ...] | None  # what an inspector sees; None: every asset of the sites
    authenticated: str  # "password+totp", "passkey", "openid ISSUER", "token NAME", "link"
    until_ns: int
    session: str  # its public id, never what authenticates
    actions: tuple[str, ...] | None = None  # to which a token is narrowed; None: all that the roles may

    @property
    def by_token(self) -> bool:
        return self.authenticated.startswith(BY_TOKEN)

    @property
    def by_openid(self) -> bool:
        return self.authenticated.startswith(BY_OPENID)

    @property
    def looks_are_recorded(self) -> bool:
        return INSPECTOR in self.roles

    def may(self, action: str, site: str | None = None, asset: str | None = None) -> bool:
        """Whether it may do this at that site, to that asset.

        `site` None: what belongs to no site, or to several; then every site is needed. `asset` None: what
        belongs to no asset, or to several; then every asset is needed.
        """
        scope = ACTIONS[action].scope
        if not self._has(action):
            return False
        if scope is Scope.OWN:
            return True
        if scope is Scope.GATEWAY or site is None:
            return self.sites is None and self.assets is None
        return self.sees(site, asset)

    def may_somewhere(self, action: str) -> bool:
        """Whether it may do this at one site at least: a list then holds only what it `sees`."""
        if ACTIONS[action].scope is not Scope.SITE:
            return self.may(action)
        return self._has(action) and self.sites != () and self.assets != ()

    def sees(self, site: str, asset: str | None = None) -> bool:
        """Whether what is at this site, and of this asset, is among what it may know of."""
        in_scope = self.sites is None or site in self.sites
        return in_scope and (self.assets is None or asset in self.assets)

    def is_over(self, now_ns: int) -> bool:
        return now_ns >= self.until_ns

    def _has(self, action: str) -> bool:
        if self.by_token and not ACTIONS[action].by_token:
            return False
        narrowed = self.actions is None or action in self.actions
        read_only = INSPECTOR in self.roles or self.assets is not None
        if read_only and not (ACTIONS[action].reads or ACTIONS[action].scope is Scope.OWN):
            return False
        return narrowed and action in actions_of(self.roles)


def why_not_second(action: str, first_account: str, second: Principal) -> str:
    """Why this account may not do the second step of a two-person action; empty: it may, or one is enough."""
    if action in TWO_PEOPLE and second.account == first_account:
        return f"{first_account} did {TWO_PEOPLE[action]}: somebody else has to do {action}"
    return ""
