"""What somebody may, by the groups that the provider names.

An account has some roles, and all of them at the same sites. So two groups of different sites are never put
together: that would give the roles of one at the sites of the other. The first of the file decides.
"""

from __future__ import annotations

from collections.abc import Collection

from gateway.dataclass import dataclass
from gateway.openid.options import GroupRights


@dataclass(frozen=True, slots=True)
class Given:
    """`sites` None: every site."""

    roles: tuple[str, ...]
    sites: tuple[str, ...] | None


def given_by(rights: Collection[GroupRights], groups: Collection[str]) -> Given | None:
    """None: none of the groups has a role. Groups after the first that have its sites add their roles."""
    own = [one for one in rights if one.group in groups]
    if not own:
        return None
    sites = own[0].sites
    same = [one for one in own if _set(one.sites) == _set(sites)]
    return Given(tuple(dict.fromkeys(role for one in same for role in one.roles)), sites)


def _set(sites: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if sites is None else frozenset(sites)
