"""A mail server on loopback (aiosmtpd) with TLS, a login where wanted, and refusals as a test says."""

from __future__ import annotations

import asyncio
import email.policy
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser

from aiosmtpd.smtp import SMTP, AuthResult


@dataclass(frozen=True)
class Mail:
    """One that was taken: for whom, and its bytes."""

    receivers: list[str]
    content: bytes

    def parsed(self) -> EmailMessage:
        return BytesParser(EmailMessage, policy=email.policy.SMTP).parsebytes(self.content)


class SmtpReceiver:
    """`refusals`: by command (MAIL, DATA) or address, what is answered; `login`: who has to log in."""

    def __init__(
        self,
        context: ssl.SSLContext,
        implicit: bool = False,
        login: tuple[str, str] | None = None,
        port: int = 0,
    ) -> None:
        self.mails: list[Mail] = []
        self.refusals: dict[str, str] = {}
        self.delay_s = 0.0  # before DATA is answered
        self.came: Callable[[Mail], None] = lambda _: None
        self._context, self._implicit, self._login = context, implicit, login
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(self._made, "127.0.0.1", port, ssl=context if implicit else None)
        )
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp receiver")
        self._thread.start()

    def close(self) -> None:
        """Once or more; nobody listens afterwards."""
        if not self._thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        mine = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not mine]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _made(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.test",
            loop=self._loop,
            tls_context=None if self._implicit else self._context,
            require_starttls=not self._implicit,
            auth_required=self._login is not None,
            auth_require_tls=not self._implicit,
            authenticator=self._authenticated,
        )

    def _authenticated(self, server, session, envelope, mechanism, data) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self._login, handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:
        if "MAIL" in self.refusals:
            return self.refusals["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        await asyncio.sleep(self.delay_s)
        if "DATA" in self.refusals:
            return self.refusals["DATA"]
        self.mails.append(Mail(envelope.rcpt_tos, envelope.content))
        self.came(self.mails[-1])
        return "250 2.0.0 queued as 4Wq1"


def text_of(mail: Mail, kind: str = "plain") -> str:
    """The part of that kind: plain or html."""
    part = mail.parsed().get_body((kind,))
    assert part is not None
    return part.get_content()
