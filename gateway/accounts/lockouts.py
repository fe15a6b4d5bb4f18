"""How long somebody waits after wrong passwords, so that nobody guesses one and nobody locks others out.

Failures are counted in three places. A place waits twice as long after each failure beyond its number:

    account and source      after 5: who guesses waits, the owner at another address does not
    source                  after 30: one password tried on many accounts
    account                 after 50: many addresses that try one account

The last one would let a stranger lock an account. So it, and that of the source, does not count for a device
that logged in to this account before (it has a secret of its own), and a passkey is never counted: it
cannot be guessed. Names that have no account are counted in the same way, so that nothing tells them apart.
"""

from __future__ import annotations

import ipaddress
from typing import Final

from gateway.accounts.secret import digest, new_secret
from gateway.journal.database import Connection, first_row
from gateway.model import SECOND

FREE_ACCOUNT_AND_SOURCE: Final = 5
FREE_SOURCE: Final = 30
FREE_ACCOUNT: Final = 50
FIRST_NS: Final = 2 * SECOND
LONGEST_NS: Final = 15 * 60 * SECOND
FORGOTTEN_NS: Final = 24 * 3600 * SECOND  # since the last failure
DEVICE_NS: Final = 180 * 86_400 * SECOND  # since it logged in
MOST: Final = 20_000  # places; then the oldest is forgotten, so that a flood does not fill the disk
DEVICES: Final = 10  # of an account; then the oldest is forgotten


class Lockouts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def wait_ns(self, account: str, source: str, device: str, now_ns: int) -> int:
        """How long until it is looked at what was typed; 0: at once."""
        places = _places(account, source)
        counted = places[:1] if self.is_known(account, device, now_ns) else places
        return max(self._wait(place, now_ns) for place, _ in counted)

    def failed(self, account: str, source: str, now_ns: int) -> bool:
        """Count it. True: this failure begins the waiting of this account at this source."""
        times = [self._count(place, free, now_ns) for place, free in _places(account, source)]
        self._connection.execute(
            "DELETE FROM failure WHERE place IN "
            "(SELECT place FROM failure ORDER BY last_ns DESC LIMIT -1 OFFSET ?)",
            (MOST,),
        )
        return times[0] == FREE_ACCOUNT_AND_SOURCE

    def succeeded(self, account: str, source: str, device: str, now_ns: int) -> str:
        """Forget failures of this account there; the device's secret, a new one where it is not known."""
        place, _ = _places(account, source)[0]
        self._connection.execute("DELETE FROM failure WHERE place = ?", (place,))
        known = device if self.is_known(account, device, now_ns) else new_secret("cgd")
        self._connection.execute(
            "INSERT OR REPLACE INTO device (hash, account, seen_ns) VALUES (?, ?, ?)",
            (digest(known + account), account, now_ns),
        )
        self._connection.execute(
            "DELETE FROM device WHERE account = ? AND hash NOT IN "
            "(SELECT hash FROM device WHERE account = ? ORDER BY seen_ns DESC LIMIT ?)",
            (account, account, DEVICES),
        )
        return known

    def is_known(self, account: str, device: str, now_ns: int) -> bool:
        """Whether it logged in to this account before."""
        row = first_row(
            self._connection,
            "SELECT seen_ns FROM device WHERE hash = ? AND account = ?",
            (digest(device + account), account),
        )
        return row is not None and now_ns - row[0] < DEVICE_NS

    def end_waiting(self, account: str) -> None:
        """Of an account, at every source."""
        self._connection.execute(
            "DELETE FROM failure WHERE place = ?1 OR substr(place, 1, length(?1) + 1) = ?1 || ' '",
            (_account_place(account),),
        )

    def forget(self, account: str) -> None:
        """Failures and devices."""
        self.end_waiting(account)
        self._connection.execute("DELETE FROM device WHERE account = ?", (account,))

    def _wait(self, place: str, now_ns: int) -> int:
        """No longer than it was to be, also when the clock was set back meanwhile: it begins anew then."""
        row = first_row(self._connection, "SELECT last_ns, until_ns FROM failure WHERE place = ?", (place,))
        if row is None:
            return 0
        last_ns, until_ns = int(row[0]), int(row[1])
        if now_ns < last_ns:
            self._connection.execute(
                "UPDATE failure SET last_ns = ?, until_ns = ? WHERE place = ? AND last_ns = ?",
                (now_ns, now_ns + until_ns - last_ns, place, last_ns),
            )
            return until_ns - last_ns
        return max(0, until_ns - now_ns)

    def _count(self, place: str, free: int, now_ns: int) -> int:
        row = first_row(self._connection, "SELECT times, last_ns FROM failure WHERE place = ?", (place,))
        times = 1 if row is None or now_ns - row[1] > FORGOTTEN_NS else int(row[0]) + 1
        self._connection.execute(
            "INSERT OR REPLACE INTO failure (place, times, last_ns, until_ns) VALUES (?, ?, ?, ?)",
            (place, times, now_ns, now_ns + waiting_ns(times, free)),
        )
        return times


def waiting_ns(times: int, free: int) -> int:
    """After so many failures, of which `free` cost nothing."""
    return 0 if times < free else min(FIRST_NS << min(times - free, 20), LONGEST_NS)


def source_of(address: str) -> str:
    """What counts as one source: an IPv4 address, or the /64 that a household or a server has of IPv6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:60]
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _places(account: str, source: str) -> tuple[tuple[str, int], ...]:
    """With how many failures are free."""
    name = _account_place(account)
    return (
        (f"{name} {source}", FREE_ACCOUNT_AND_SOURCE),
        (f"source {source}", FREE_SOURCE),
        (name, FREE_ACCOUNT),
    )


def _account_place(account: str) -> str:
    """What was typed may be a password: it is not kept."""
    return f"account {digest(account).hex()[:32]}"
