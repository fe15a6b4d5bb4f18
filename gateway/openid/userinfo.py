"""What the provider says of a person apart from the ID token (OpenID Connect Core, 5.3): groups, e-mail.

The ID token is signed, and this is not: it comes from the provider itself by TLS, for the access token that
came with the ID token. It counts where its subject is the same, and only for what the ID token leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.errors import InputError

LONGEST_TOKEN: Final = 16_384  # characters; those with everything in them have 2000


def bearer(token: object) -> dict[str, str] | None:
    """The header that asks for it; None: what came is no token (RFC 6750)."""
    is_one = isinstance(token, str) and token.isascii() and token.isprintable() and " " not in token
    return {"Authorization": f"Bearer {token}"} if is_one and 0 < len(str(token)) <= LONGEST_TOKEN else None


def completed(claims: Mapping[str, Any], userinfo: Mapping[str, Any]) -> Mapping[str, Any]:
    """Both together. Raises InputError where they are not about the same person (5.3.2)."""
    if userinfo.get("sub") != claims["sub"]:
        raise InputError("what the provider says of you is about somebody else")
    return {**userinfo, **claims}
