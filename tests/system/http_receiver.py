"""An HTTP receiver on loopback that does what a test says: fails, delays, redirects, answers nonsense."""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """What to answer; `raw` in place of all else, `drip_s`: a byte, and then the next after so long."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay_s: float = 0.0
    raw: bytes = b""
    drip_s: float = 0.0


NTFY_TOOK = Reply(200, body=b'{"id":"hwQ2YpKdmg","time":1767610860,"event":"message","topic":"cold_chain"}\n')
"""What a server of ntfy answers, as its documentation shows it."""

ROBOT_TOOK = Reply(200, body=b'{"errcode":0,"errmsg":"ok"}')
"""What DingTalk and WeCom answer."""
FEISHU_TOOK = Reply(
    200, body=b'{"Extra":null,"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}'
)
PAGERDUTY_TOOK = Reply(202, body=b'{"status":"success","message":"Event processed","dedup_key":"E-1"}')
OPSGENIE_TOOK = Reply(202, body=b'{"result":"Request will be processed","took":0.3,"requestId":"43a29c5c"}')
GOALERT_TOOK = Reply(204)
ALERTMANAGER_TOOK = Reply(200)


@dataclass(frozen=True)
class Posted:
    path: str
    headers: dict[str, str]
    body: bytes


class HttpReceiver:
    """`replies` are given one after the other, then `usual`; `posted` has what came."""

    def __init__(self, context: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.replies: list[Reply] = []
        self.usual = Reply()
        self.posted: list[Posted] = []
        self.came: Callable[[Posted], None] = lambda _: None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.posted.append(Posted(self.path, dict(self.headers), body))
                receiver.came(receiver.posted[-1])
                self.close_connection = True
                self.answer(receiver.replies.pop(0) if receiver.replies else receiver.usual)

            do_PUT = do_POST

            def do_GET(self) -> None:
                receiver.posted.append(Posted(f"GET {self.path}", dict(self.headers), b""))
                self.answer(receiver.replies.pop(0) if receiver.replies else receiver.usual)

            def answer(self, reply: Reply) -> None:
                time.sleep(reply.delay_s)
                with contextlib.suppress(OSError):  # the other side did not wait
                    self.say(reply)

            def say(self, reply: Reply) -> None:
                if not reply.raw:
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    if "Content-Length" not in reply.headers and reply.status != 204:
                        self.send_header("Content-Length", str(len(reply.body)))
                    self.end_headers()
                said = reply.raw or reply.body
                if not reply.drip_s:
                    self.wfile.write(said)
                    return
                for at in range(len(said)):
                    self.wfile.write(said[at : at + 1])
                    time.sleep(reply.drip_s)

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address) -> None:
                pass  # whoever does not trust our certificate hangs up

        self._server = Server(("127.0.0.1", port), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port: int = self._server.server_address[1]
        self._scheme = "http" if context is None else "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="receiver")
        self._thread.start()

    def url(self, path: str = "/hook") -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        """Once or more; nobody listens afterwards."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
