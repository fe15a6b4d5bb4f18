"""upsd on loopback, as its documentation describes the protocol: a UPS whose variables a test sets."""

from __future__ import annotations

import socketserver
import threading
import time


class Upsd:
    """`answer` replaces what it would say; `delay_s` comes before it."""

    def __init__(self) -> None:
        self.variables = {"ups.status": "OL", "battery.charge": "100", "battery.runtime": "1800"}
        self.answer: bytes | None = None
        self.delay_s = 0.0
        self.asked: list[str] = []
        upsd = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    asked = line.decode().strip()
                    upsd.asked.append(asked)
                    time.sleep(upsd.delay_s)
                    try:
                        self.wfile.write(upsd.say(asked))
                    except OSError:
                        return
                    if asked == "LOGOUT":
                        return

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def say(self, asked: str) -> bytes:
        if asked == "LOGOUT":
            return b"OK Goodbye\n"
        if self.answer is not None:
            return self.answer
        if asked != "LIST VAR rack":
            return b"ERR UNKNOWN-UPS\n"
        quoted = {
            name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in self.variables.items()
        }
        items = "".join(f'VAR rack {name} "{value}"\n' for name, value in quoted.items())
        return f"BEGIN LIST VAR rack\n{items}END LIST VAR rack\n".encode()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
