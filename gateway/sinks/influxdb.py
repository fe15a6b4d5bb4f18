"""InfluxDB 2: readings and alarms as line protocol over its HTTP API; a repeat overwrites the same point.

What the server will never take is found by halving the request, and handed back as rejected: one bad line
must not hold up those behind it.
"""

from __future__ import annotations

import gzip
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import LinkDown
from gateway.hosts import is_machine
from gateway.model import Arrivals
from gateway.sinks import Places, Written, alarm_lines, influx_answers
from gateway.sinks.influx_answers import TAKEN, Rejection
from gateway.sinks.lines import Encoder
from gateway.times import retry_after_s

if TYPE_CHECKING:
    from influxdb_client.client.influxdb_client import InfluxDBClient

MOST_REFUSALS: Final = 200  # requests spent on finding bad lines in one write; then they are rejected in bulk
QUICK: Final = 1  # gzip level: a tenth of the size for a ninth of what the client's own level 9 costs
READ: Final = {"path": True, "reads": True}


@dataclass(frozen=True, slots=True)
class Options:
    """One bucket."""

    url: str
    org: str
    bucket: str
    token_file: str = field(metadata={**READ, "secret": True})  # its first line; read at every new connection
    measurement: str = "reading"
    alarm_measurement: str = "alarm"
    excursion_measurement: str = "excursion"
    timeout_s: float = 30.0
    most_lines: int = 10_000  # in one request
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not is_machine(parts.hostname):
            raise ValueError(f"url {self.url!r}: expected http://HOST:8086 or https://HOST")
        measurements = (self.measurement, self.alarm_measurement, self.excursion_measurement)
        if not all((self.org, self.bucket, *measurements)):
            raise ValueError("org, bucket and measurements cannot be empty")
        if len(set(measurements)) < len(measurements):
            raise ValueError("measurement, alarm_measurement and excursion_measurement must differ")
        if not 0.1 <= self.timeout_s <= 600:
            raise ValueError("timeout_s must lie between 0.1 and 600")
        if not 1 <= self.most_lines <= 100_000:
            raise ValueError("most_lines must lie between 1 and 100 000")


class Sink:
    """See the contract in gateway.sinks. Has no state to resume from: points have their own identity."""

    def __init__(self, options: Options) -> None:
        import influxdb_client  # noqa: F401 - with the gateway, not with the first use

        self._options = options
        self._encoder = Encoder(options.measurement)
        self._most_lines = options.most_lines
        self._client: InfluxDBClient | None = None
        self._welcome_s = 0.0  # monotonic; the server asked us not to come before

    def resume(self, state: bytes | None) -> bytes:
        return state or b""

    def write(self, arrivals: Arrivals, places: Places) -> Written:
        """Raises LinkDown."""
        return Written(b"", self._put(self._encoder.encode(arrivals.samples, places)))

    def write_alarms(self, changes: Sequence[AlarmChange]) -> Written:
        """Raises LinkDown."""
        options = self._options
        made = [
            (row, line)
            for row, change in enumerate(changes)
            for line in alarm_lines.lines(change, options.alarm_measurement, options.excursion_measurement)
        ]
        rejected = self._put([line for _, line in made])
        return Written(b"", {made[number][0]: reason for number, reason in rejected.items()})

    def close(self) -> None:
        if self._client is not None:
            self._client.close()  # type: ignore[no-untyped-call]
            self._client = None

    def _put(self, lines: list[str]) -> dict[int, str]:
        """Write them all; what the server will never take, with the reason, by position."""
        self._check_welcome()
        rejected: dict[int, str] = {}
        refusals = 0
        waiting = deque([range(len(lines))])
        while waiting:
            rows = self._cut(waiting)
            found = self._send(lines[rows.start : rows.stop])
            if found is None:
                continue
            refusals += 1
            if found.too_large and len(rows) > 1:
                self._most_lines = len(rows) // 2
                waiting.appendleft(rows)
            elif len(rows) == 1 or found.dropped == len(rows) or refusals > MOST_REFUSALS:
                rejected |= dict.fromkeys(rows, found.reason)
            else:
                middle = len(rows) // 2
                waiting.extendleft([rows[middle:], rows[:middle]])
        return rejected

    def _cut(self, waiting: deque[range]) -> range:
        """The next rows, no more than go into one request."""
        rows = waiting.popleft()
        if len(rows) > self._most_lines:
            waiting.appendleft(rows[self._most_lines :])
        return rows[: self._most_lines]

    def _send(self, lines: list[str]) -> Rejection | None:
        """One request; None when everything was taken."""
        import urllib3.exceptions  # these take long to import, and commands ask for Options alone
        from influxdb_client.domain.write_precision import WritePrecision
        from influxdb_client.rest import ApiException
        from influxdb_client.service.write_service import WriteService

        service = WriteService(self._connected().api_client)  # type: ignore[no-untyped-call]
        body = gzip.compress("\n".join(lines).encode(), QUICK)
        options = self._options
        try:
            _, status, headers = service.post_write_with_http_info(  # type: ignore[no-untyped-call]
                options.org,
                options.bucket,
                body,
                precision=WritePrecision.NS,
                content_type="text/plain; charset=utf-8",
                content_encoding="gzip",
            )
        except ApiException as error:
            return self._judge(error.status, error.reason, error.body or "", error.headers or {})
        except (urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
            raise self._down(_why(error)) from None
        return None if status == TAKEN else self._judge(status, "unexpected", "", headers)

    def _judge(self, status: int, reason: str, body: str, headers: Mapping[str, str]) -> Rejection:
        found = influx_answers.rejection(status, body)
        if found is not None:
            return found
        self._welcome_s = time.monotonic() + retry_after_s(headers.get("Retry-After"), time.time())
        raise self._down(influx_answers.words(status, reason, body, self._options.org, self._options.bucket))

    def _check_welcome(self) -> None:
        left_s = self._welcome_s - time.monotonic()
        if left_s > 0:
            raise self._down(f"it asked us to wait; tried again in {left_s:.0f} s")

    def _connected(self) -> InfluxDBClient:
        if self._client is None:
            from influxdb_client.client.influxdb_client import InfluxDBClient

            self._client = InfluxDBClient(
                self._options.url,
                self._token(),
                timeout=round(self._options.timeout_s * 1000),
                org=self._options.org,
                ssl_ca_cert=self._options.ca_file,
            )
        return self._client

    def _token(self) -> str:
        path = Path(self._options.token_file)
        try:
            token = path.read_text(encoding="utf-8").partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise self._down(f"token_file {path} cannot be read: {error}; check the path") from None
        if not token.isascii() or not token.isprintable() or not token:
            raise self._down(f"token_file {path}: its first line is no token; paste the token alone into it")
        return token

    def _down(self, why: str) -> LinkDown:
        return LinkDown(f"{self._options.url}: {why}")


def _why(error: Exception) -> str:
    """In words, for what urllib3 raises without retries."""
    import urllib3.exceptions

    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "this name is not known; check url, and the name server of this machine"
    if isinstance(error, urllib3.exceptions.NewConnectionError):  # before the time-outs, of which it is one
        return "nobody listens there; check url, and that InfluxDB runs"
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "no answer in time; check url, the network, and timeout_s"
    if isinstance(error, UnicodeError):
        return "its answer is no text; check url, and proxies or portals in between"
    return f"the connection broke: {error}; check the network and the server"
