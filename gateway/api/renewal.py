"""A certificate that is exchanged, or one of the gateway's own that ends, is another one without a new start.

Connections that are open keep theirs; new ones get the new one.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from pathlib import Path
from typing import Final

from gateway.api.certificate import CERTIFICATE, Certificate, given, own
from gateway.errors import InputError

log = logging.getLogger(__name__)
LOOK_S: Final = 60.0


class Renewal:
    """Of the certificate that `context` has; `host`: where an own one is for."""

    def __init__(self, context: ssl.SSLContext, used: Certificate, folder: Path, host: str) -> None:
        self._context, self._used, self._folder, self._host = context, used, folder, host
        self._fingerprint, self._problem = used.fingerprint(), ""

    async def go_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await asyncio.to_thread(self.look)

    def look(self) -> None:
        """Takes what is there now. What cannot be used is said once, and the one of before goes on."""
        try:
            there = self._there()
            fingerprint = there.fingerprint()
            if fingerprint != self._fingerprint:
                self._context.load_cert_chain(there.certificate, there.key)
                self._fingerprint = fingerprint
                log.warning("certificate: SHA-256 %s from now on", fingerprint)
            self._problem = ""
        except (InputError, OSError) as error:  # of two files one may be exchanged already
            if str(error) != self._problem:
                self._problem = str(error)
                log.error("the certificate of before goes on: %s", error)

    def _there(self) -> Certificate:
        """Raises InputError."""
        if self._used.certificate == self._folder / CERTIFICATE:
            return own(self._folder, self._host)
        return given(self._used.certificate, self._used.key)
