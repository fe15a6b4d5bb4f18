"""E-mail over SMTP with verified TLS: one message to all receivers, as text and as HTML.

Sources: RFC 5321 (4.2.1: 4yz may pass, 5yz never), RFC 3207, RFC 8314, RFC 5322. The same change has the same
Message-ID on every try, so that mail programs and servers can tell a repeat.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Final, Literal

from gateway.alarms.call import Call, Language
from gateway.alarms.change import AlarmChange
from gateway.dataclass import dataclass
from gateway.errors import LinkDown, Rejected
from gateway.hosts import why_no_host
from gateway.notifiers import NOBODY, Setting
from gateway.notifiers.call_words import call_message
from gateway.notifiers.credentials import READ, SECRET, first_line, tls_context, why_tls_failed
from gateway.notifiers.identity import identity, name_of, of_call, of_group
from gateway.notifiers.letter import Heading, letter
from gateway.notifiers.words import UnknownSetting, message
from gateway.text import first_words, one_line

if TYPE_CHECKING:
    import aiosmtplib
    from aiosmtplib import SMTPResponse

PORTS: Final = {"starttls": 587, "tls": 465}  # RFC 6409 and RFC 8314
ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII
)
LONGEST_ADDRESS: Final = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
MOST_RECEIVERS: Final = 100  # every server takes as many in one message: RFC 5321 section 4.5.3.1.8
LONGEST_WORDS: Final = 200  # characters of each answer that are kept as evidence


@dataclass(frozen=True, slots=True)
class Options:
    """One server, and who is told of every change."""

    host: str
    sender: str
    receivers: tuple[str, ...] | None = None  # told of every change; None: persons alone are told
    security: Literal["starttls", "tls"] = "starttls"
    port: int = 0  # 0: the usual one, 587 and with "tls" 465
    username: str | None = None
    password_file: str | None = field(default=None, metadata=SECRET)  # its first line
    ca_file: str | None = field(default=None, metadata=READ)  # None: the authorities this machine trusts
    timeout_s: float = 30.0  # for all of it, from the connection to the last answer
    language: Language = "en"

    def __post_init__(self) -> None:
        object.__setattr__(self, "port", self.port or PORTS[self.security])
        if wrong := why_no_host(self.host):
            raise ValueError(f"host {wrong}")
        if not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", self.host, re.ASCII):
            raise ValueError(f"host {one_line(self.host[:80])!r}: expected a name or an address alone")
        if not 1 <= self.port <= 65_535:
            raise ValueError(f"port must lie between 1 and 65535, found {self.port}")
        check_address(self.sender)
        if self.receivers is not None:
            _check_receivers(self.receivers)
        if (self.username is None) != (self.password_file is None):
            raise ValueError("username and password_file belong together: give both or none")
        if self.username is not None and not (self.username.strip() and self.username.isprintable()):
            raise ValueError("username: expected one line of printable text")
        if not 1.0 <= self.timeout_s <= 100.0:
            raise ValueError("timeout_s must lie between 1 and 100")


def check_address(address: str) -> None:
    """Raises ValueError for what is no address alone, in ASCII."""
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address):
        raise ValueError(f"{one_line(address[:80])!r}: expected an address alone, e.g. 'on-call@lab.example'")


def _check_receivers(receivers: Sequence[str]) -> None:
    if not 1 <= len(receivers) <= MOST_RECEIVERS:
        raise ValueError(
            f"receivers: expected 1 to {MOST_RECEIVERS} addresses, found {len(receivers)}; leave the key out "
            "where only persons are told, at addresses of their own"
        )
    for address in receivers:
        check_address(address)
    if len(set(receivers)) < len(receivers):
        raise ValueError("receivers: an address stands there twice")


@dataclass(frozen=True, slots=True)
class _Mail:
    """One message, and for whom."""

    receivers: Sequence[str]
    content: bytes


class Notifier:
    """See the contract in gateway.notifiers."""

    def __init__(self, options: Options) -> None:
        import aiosmtplib  # noqa: F401 - with the gateway, not with the first use

        self._options = options
        self._setting: Setting = UnknownSetting()

    def learn(self, setting: Setting) -> None:
        self._setting = setting

    @property
    def has_receivers(self) -> bool:
        return self._options.receivers is not None

    def notify(self, change: AlarmChange) -> str:
        """Delivered when the server has taken it for one receiver at least; who was refused is said.

        Raises LinkDown and Rejected.
        """
        options = self._options
        if options.receivers is None:
            raise Rejected(NOBODY)
        written = message(change, options.language, self._setting)
        name, thread = identity(change), name_of(change)
        heading = Heading(options.sender, options.receivers, name, thread, change.recorded_ns)
        return self._deliver(options.receivers, letter(heading, written, options.language))

    def check_address(self, address: str) -> None:
        check_address(address)

    def tell(self, call: Call, address: str) -> str:
        """One message to one mailbox. Raises LinkDown and Rejected."""
        written = call_message(call, self._setting)
        heading = Heading(self._options.sender, (address,), of_call(call), of_group(call), call.at_ns)
        return self._deliver((address,), letter(heading, written, call.language))

    def _deliver(self, receivers: Sequence[str], content: bytes) -> str:
        import asyncio  # this and aiosmtplib take long to import, and commands ask for Options alone

        options = self._options
        context = tls_context(options.ca_file)
        password = None
        if options.password_file is not None:
            password = first_line("password_file", options.password_file)
        try:
            return asyncio.run(self._within_time(_Mail(receivers, content), context, password))
        except TimeoutError:
            why = f"no answer within {options.timeout_s:g} s; check the network and the server, or timeout_s"
            raise self._down(why) from None

    async def _within_time(self, mail: _Mail, context: ssl.SSLContext, password: str | None) -> str:
        import asyncio

        async with asyncio.timeout(self._options.timeout_s):
            return await self._send(mail, context, password)

    async def _send(self, mail: _Mail, context: ssl.SSLContext, password: str | None) -> str:
        import aiosmtplib

        options = self._options
        client = aiosmtplib.SMTP(
            hostname=options.host,
            port=options.port,
            use_tls=options.security == "tls",
            start_tls=options.security == "starttls",
            tls_context=context,
            timeout=options.timeout_s,
            local_hostname=options.sender.partition("@")[2],
        )
        try:
            await self._connect(client, password)
            return await self._hand_over(client, mail)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise self._down(_failure(error)) from None
        finally:
            client.close()

    async def _connect(self, client: aiosmtplib.SMTP, password: str | None) -> None:
        """A login that is refused is no word about the message: it waits until that is mended."""
        import aiosmtplib

        await client.connect()
        if password is None:
            return
        try:
            await client.login(self._options.username or "", password)
        except aiosmtplib.SMTPAuthenticationError as refused:
            said = first_words(f"{refused.code} {refused.message}", LONGEST_WORDS)
            raise self._down(f"login refused: {said}; check username and password_file") from None

    async def _hand_over(self, client: aiosmtplib.SMTP, mail: _Mail) -> str:
        import aiosmtplib

        try:
            await client.mail(self._options.sender)
            refused = await self._refused(client, mail.receivers)
            if len(refused) == len(mail.receivers):
                raise self._nobody(refused)
            answer = await client.data(mail.content)
        except aiosmtplib.SMTPSenderRefused as error:
            raise self._judged(f"sender {self._options.sender}", error.code, error.message) from None
        except aiosmtplib.SMTPDataError as error:
            raise self._judged("message", error.code, error.message) from None
        said = first_words(f"{answer.code} {answer.message}", LONGEST_WORDS)
        return "; ".join([said, *(f"not to {words}" for words in _each(refused))])

    async def _refused(self, client: aiosmtplib.SMTP, receivers: Sequence[str]) -> dict[str, SMTPResponse]:
        from aiosmtplib import SMTPRecipientRefused, SMTPResponse

        refused: dict[str, SMTPResponse] = {}
        for receiver in receivers:
            try:
                await client.rcpt(receiver)
            except SMTPRecipientRefused as error:
                refused[receiver] = SMTPResponse(error.code, error.message)
        return refused

    def _nobody(self, refused: Mapping[str, SMTPResponse]) -> LinkDown | Rejected:
        """Whoever may be reached later is a reason to try again."""
        code = min(answer.code for answer in refused.values())
        return self._judged("receivers", code, ", ".join(_each(refused)), says_code=False)

    def _judged(self, what: str, code: int, words: str, says_code: bool = True) -> LinkDown | Rejected:
        said = first_words(f"{code} {words}" if says_code else words, 3 * LONGEST_WORDS)
        if code < 500:
            return self._down(f"{what} refused for now: {said}; it is tried again")
        return Rejected(f"{self._place()}: {what} refused: {said}; check sender, receivers and the server")

    def _down(self, why: str) -> LinkDown:
        return LinkDown(f"{self._place()}: {why}")

    def _place(self) -> str:
        return f"{self._options.host}:{self._options.port}"


def _each(refused: Mapping[str, SMTPResponse]) -> list[str]:
    return [
        first_words(f"{receiver}: {answer.code} {answer.message}", LONGEST_WORDS)
        for receiver, answer in refused.items()
    ]


def _failure(error: Exception) -> str:
    """In words, with what to do."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return why_tls_failed(cause)
        if isinstance(cause, ConnectionRefusedError):
            return "nobody listens there; check host and port, and that the server runs"
    if isinstance(error, TimeoutError):
        return "no answer in time; check host, port and the network, or timeout_s"
    said = first_words(" ".join(map(str, error.args)), LONGEST_WORDS) or type(error).__name__
    return f"{said}; check host, port and security, and the server's log"


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
