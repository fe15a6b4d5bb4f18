"""The accounts as the API uses them: open for whoever asks, and beside the journal for what changes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gateway.accounts import FILE
from gateway.accounts.accounts import LOST, Accounts, open_accounts
from gateway.commands.desk import Desk, open_desk
from gateway.config.types import Configuration
from gateway.errors import InputError, JournalError
from gateway.journal.database import Error
from gateway.rights.principal import Principal

Stamp = tuple[int, int]


class Members:
    """Of one data folder; asked from any thread, one at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: tuple[Stamp, Accounts] | None = None
        self._kept = ExitStack()

    def by_token(self, token: str, now_ns: int) -> Principal | None:
        with self._in_use() as accounts:
            return None if accounts is None else accounts.by_token(token, now_ns)

    def by_session(self, secret: str, now_ns: int) -> Principal | None:
        with self._in_use() as accounts:
            return None if accounts is None else accounts.by_session(secret, now_ns)

    def stands(self, who: Principal, now_ns: int) -> bool:
        with self._in_use() as accounts:
            return accounts is not None and accounts.stands(who, now_ns)

    @contextmanager
    def _in_use(self) -> Iterator[Accounts | None]:
        """Raises JournalError where the file was damaged since it was opened; the next one opens it anew."""
        try:
            yield self._accounts()
        except Error as error:
            self._close()
            raise JournalError(f"{self._folder / FILE}: {error}; if the file is damaged, {LOST}") from None

    def _accounts(self) -> Accounts | None:
        """Those of the file that is there now: who was in one that was taken away is nobody."""
        try:
            there = (self._folder / FILE).stat()
        except FileNotFoundError:
            self._close()
            return None
        stamp = there.st_dev, there.st_ino
        if self._open is None or self._open[0] != stamp:
            self._close()
            self._open = stamp, _opened(self._kept, self._folder)
        return self._open[1]

    def _close(self) -> None:
        self._open = None
        self._kept.close()


@contextmanager
def office(configuration: Configuration) -> Iterator[tuple[Desk, Accounts]]:
    """Where something is done to an account, and stated in the journal."""
    with open_desk(configuration) as desk, ExitStack() as stack:
        yield desk, _opened(stack, configuration.data_dir)


def _opened(stack: ExitStack, folder: Path) -> Accounts:
    """Raises JournalError where they cannot be: that is no mistake of who asks."""
    try:
        return stack.enter_context(open_accounts(folder))
    except InputError as error:
        raise JournalError(str(error)) from None
