"""A gateway that is served over the API, asked from afar and at home by the same words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from gateway.api.application import guarded
from gateway.api.certificate import Certificate, own
from gateway.cli import app
from gateway.client import Client
from tests.unit.api.served import served
from tests.unit.api.two_sites import TwoSites


@dataclass
class Far:
    sites: TwoSites
    url: str
    certificate: Certificate

    def asked(self, *words: str, token: str = "operator+quality") -> Any:
        given = ("--server", self.url, "--token", token, "--ca-file", str(self.certificate.certificate))
        return CliRunner().invoke(app, [*given, *words])

    def here(self, *words: str) -> Any:
        return CliRunner().invoke(app, [*words, "--config", str(self.sites.door.config)])

    def client(self, token: str = "operator+quality") -> Client:
        return Client(self.url, token, self.certificate.certificate)


@contextmanager
def far_from(sites: TwoSites, folder: Path) -> Iterator[Far]:
    certificate = own(folder, "127.0.0.1")
    with served(guarded(sites.door.app), certificate) as port:
        yield Far(sites, f"https://127.0.0.1:{port}", certificate)
