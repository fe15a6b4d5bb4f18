"""An authority, a server certificate for 127.0.0.1 and a client certificate, by the openssl command."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest


class Certificates:
    """PEM files in `folder`: ca.pem, server.pem and .key, client.pem and .key."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.fail("no openssl here: install Debian package openssl or run scripts/test")
        folder.mkdir(parents=True)
        self.folder = folder
        _openssl(folder, *_new_key("ca.key"), "-x509", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test CA")
        self._issue("server", "subjectAltName=IP:127.0.0.1,DNS:localhost")
        self._issue("client", "extendedKeyUsage=clientAuth")

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def listener(self, client_certificate: bool) -> str:
        """The lines of mosquitto's configuration."""
        return (
            f"cafile {self.path('ca.pem')}\ncertfile {self.path('server.pem')}\n"
            f"keyfile {self.path('server.key')}\nrequire_certificate {str(client_certificate).lower()}\n"
            "allow_anonymous true"
        )

    def server_context(self) -> ssl.SSLContext:
        """The same for a server of Python."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path("server.pem"), self.path("server.key"))
        return context

    def _issue(self, name: str, extension: str) -> None:
        (self.folder / f"{name}.ext").write_text(extension + "\n")
        _openssl(self.folder, *_new_key(f"{name}.key"), "-out", f"{name}.csr", "-subj", f"/CN={name}")
        _openssl(
            self.folder,
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-out", f"{name}.pem", "-days", "2", "-extfile", f"{name}.ext"),
        )


def _new_key(file: str) -> tuple[str, ...]:
    return ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file)


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
