"""What an account proves itself with: its password, codes of an app once each, recovery codes once each."""

from __future__ import annotations

import secrets
from typing import Any, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError

from gateway.accounts import passwords, totp
from gateway.accounts.secret import digest
from gateway.journal.database import Connection, Values, first_row, only_row

RECOVERY_CODES: Final = 10
RECOVERY_LETTERS: Final = 28  # 140 bits: nobody finds one from its hash, so that a fast one is enough
ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # what is not taken for each other
LONGEST_CODE: Final = 40  # characters of what is typed
STEPS_KEPT: Final = 20  # used codes of an account: more than can be typed within the window


class Factors:
    def __init__(self, connection: Connection, hasher: PasswordHasher) -> None:
        self._connection = connection
        self._hasher = hasher

    def set_password(self, account: str, password: str) -> None:
        """Raises nothing about its quality: see passwords.check."""
        stored = passwords.hashed(password, self._hasher)
        self._connection.execute("UPDATE account SET password = ? WHERE id = ?", (stored, account))

    def has_password(self, account: str) -> bool:
        return self._stored(account, "password") is not None

    def password_is_right(self, account: str, password: str) -> bool:
        """As long for nobody's account. A hash of older parameters is made anew."""
        stored = self._stored(account, "password")
        right = passwords.is_right(stored, password, self._hasher)
        if right and self._is_old(stored or ""):
            self.set_password(account, password)
        return right

    def set_totp(self, account: str, key: bytes) -> None:
        """The key of an app; codes of the one before are good no more."""
        self._connection.execute("UPDATE account SET totp = ? WHERE id = ?", (key, account))
        self._connection.execute("DELETE FROM used_step WHERE account = ?", (account,))

    def has_totp(self, account: str) -> bool:
        return self._stored(account, "totp") is not None

    def use_code(self, account: str, code: str, now_ns: int) -> str | None:
        """How it was proven, "totp" or "recovery"; None: it is wrong, or was used before."""
        text = "".join(code[:LONGEST_CODE].split()).replace("-", "").upper()
        key = self._stored(account, "totp")
        step = totp.matching_step(key or bytes(totp.KEY_BYTES), text, now_ns)
        if key is not None and step is not None and self._use_step(account, step):
            return "totp"
        return "recovery" if self._use_recovery(account, text) else None

    def new_recovery_codes(self, account: str) -> list[str]:
        """To be shown once; those of before are good no more."""
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        self._connection.execute("DELETE FROM recovery WHERE account = ?", (account,))
        for code in codes:
            row = (account, digest(code.replace("-", "")))
            self._connection.execute("INSERT INTO recovery (account, hash) VALUES (?, ?)", row)
        return codes

    def recovery_codes_left(self, account: str) -> int:
        (count,) = only_row(self._connection, "SELECT count(*) FROM recovery WHERE account = ?", (account,))
        return int(count)

    def clear(self, account: str) -> None:
        self._connection.execute("UPDATE account SET password = NULL, totp = NULL WHERE id = ?", (account,))
        for table in ("used_step", "recovery"):
            self._connection.execute(f"DELETE FROM {table} WHERE account = ?", (account,))

    def _use_step(self, account: str, step: int) -> bool:
        """Whether this code was not used yet; now it was.

        A number of codes is kept, not a time: with a clock that is set back none of them is good again.
        """
        if not _changed(self._connection, "INSERT OR IGNORE INTO used_step VALUES (?, ?)", (account, step)):
            return False
        self._connection.execute(
            "DELETE FROM used_step WHERE account = ? AND rowid NOT IN "
            "(SELECT rowid FROM used_step WHERE account = ? ORDER BY rowid DESC LIMIT ?)",
            (account, account, STEPS_KEPT),
        )
        return True

    def _use_recovery(self, account: str, text: str) -> bool:
        row = (account, digest(text))
        return _changed(self._connection, "DELETE FROM recovery WHERE account = ? AND hash = ?", row)

    def _stored(self, account: str, column: str) -> Any:
        row = first_row(self._connection, f"SELECT {column} FROM account WHERE id = ?", (account,))
        return None if row is None else row[0]

    def _is_old(self, stored: str) -> bool:
        try:
            return self._hasher.check_needs_rehash(stored)
        except InvalidHashError:
            return False


def _changed(connection: Connection, statement: str, row: Values) -> bool:
    """Whether a row came or went: in one step, so that of two at once one has it."""
    connection.execute(statement, row)
    return connection.changes() > 0


def _recovery_code() -> str:
    """As "K7QF-2M9X-..."."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LETTERS))
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))
