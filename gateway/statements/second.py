"""Whether an approval is that of a second person: another name, account and login of the machine."""

from __future__ import annotations

from typing import Final

from gateway.statements import Statement
from gateway.text import plain_name

BY_ACCOUNT: Final = "api, "  # how the origin of what came by the API begins


def is_second(request: Statement, approval: Statement) -> bool:
    """Whether somebody else approves than who asked."""
    return why_not_second(request, approval.by, approval.user, approval.origin) == ""


def why_not_second(request: Statement, by: str, user: str, origin: str) -> str:
    """Why it is the same person who approves; empty where it is another one.

    An account is one person, whatever that person is called meanwhile.
    """
    asked_by = account_in(request.origin)
    if same_name(request.by, by) or (asked_by and asked_by == account_in(origin)):
        return f"{request.by} asked for it: somebody else has to approve it"
    if request.user and _login(request.user) == _login(user):
        return (
            f"{request.by} asked for it as user {_login(user)!r} of this machine, as you do now: somebody "
            "else has to approve it under a login of their own"
        )
    return ""


def account_in(origin: str) -> str:
    """Of "api, li.na by password+totp" who that is; empty where it did not come by an account."""
    return origin.removeprefix(BY_ACCOUNT).partition(" ")[0] if origin.startswith(BY_ACCOUNT) else ""


def same_name(one: str, other: str) -> bool:
    """Neither case, blanks nor the width of letters make another person."""
    return plain_name(one).replace(" ", "") == plain_name(other).replace(" ", "")


def _login(user: str) -> str:
    """Of "lina as root" (by sudo) who that is."""
    return user.partition(" as ")[0]
