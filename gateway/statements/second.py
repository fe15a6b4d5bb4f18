"""Whether an approval is that of a second person: another name, and another user of the operating system."""

from __future__ import annotations

from gateway.statements import Statement


def is_second(request: Statement, approval: Statement) -> bool:
    """Whether somebody else approves than who asked."""
    return why_not_second(request, approval.by, approval.user) == ""


def why_not_second(request: Statement, by: str, user: str) -> str:
    """Why it is the same person who approves; empty where it is another one."""
    if same_name(request.by, by):
        return f"{request.by} asked for it: somebody else has to approve it"
    if request.user and _login(request.user) == _login(user):
        return (
            f"{request.by} asked for it as user {_login(user)!r} of this machine, as you do now: somebody "
            "else has to approve it under a login of their own"
        )
    return ""


def same_name(one: str, other: str) -> bool:
    """Neither case nor blanks make another person."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _login(user: str) -> str:
    """Of "lina as root" (by sudo) who that is."""
    return user.partition(" as ")[0]
