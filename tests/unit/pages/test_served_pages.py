"""Pages as a browser gets them: no data in them, nothing inline; files kept while they are the same."""

from __future__ import annotations

import gzip
import hashlib
import inspect
import re
import time
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from typer.testing import CliRunner

from gateway.api.application import application, guarded
from gateway.api.certificate import authority_of, own
from gateway.api.members import Members
from gateway.api.who import Gate
from gateway.api.world import World
from gateway.cli import app as cli
from gateway.config.load import load
from gateway.errors import JournalError
from gateway.pages import trust
from gateway.pages.files import Files
from gateway.pages.routes import HELP, OPEN, PAGES, add_pages
from tests.unit.commands.front_desk import CONFIG

EVERY = {
    path.replace("{asset}", "dewar-1").replace("{task}", "hand-over"): name
    for path, name in {**PAGES, **OPEN, **HELP}.items()
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    config = tmp_path_factory.mktemp("pages") / "cryogate.toml"
    config.write_text(CONFIG, encoding="utf-8")
    configuration = load(config)
    world = World(configuration, lambda: None)
    app = application(world, Gate(Members(configuration.data_dir), time.time_ns))
    add_pages(app)
    return app


@pytest.fixture
def client(served: FastAPI) -> TestClient:
    return TestClient(guarded(served), "https://localhost", follow_redirects=False)


@pytest.mark.parametrize("path", EVERY)
def test_nothing_stands_inline(client: TestClient, path: str) -> None:
    """The policy would stop it, and so it would be a mistake that only a browser shows."""
    client.cookies.set("__Host-cryogate", "cgs_whatever")
    page = client.get(path)
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-store"
    assert (
        "script-src 'self' 'wasm-unsafe-eval'; style-src 'self';" in page.headers["content-security-policy"]
    )
    assert not re.search(r"<style|\bstyle=|\bon\w+=|<script(?![^>]*\bsrc=)|javascript:", page.text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page.text), "nothing comes from elsewhere"
    for address in re.findall(r'(?:href|src|data-\w+)="(/static/[^"#]+)', page.text):
        assert client.get(address).status_code == 200, address


def test_files_are_looked_for_before_all_other_addresses(served: FastAPI) -> None:
    """Each page asks for some forty: 13 ms of a busy core each behind the addresses of the API, 2 ms here."""
    first = served.router.routes[0]
    assert isinstance(first, Route) and first.path.startswith("/static/")
    assert inspect.iscoroutinefunction(first.endpoint), "in no thread"


def test_who_is_not_logged_in_is_sent_there_first(client: TestClient) -> None:
    answer = client.get("/assets/dewar 1?wall=1&site=a b")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/assets/dewar%25201%3Fwall%3D1%26site%3Da%2520b"
    for path in (*OPEN, *(one for one in EVERY if EVERY[one] in HELP.values())):
        answer = client.get(path)
        assert answer.status_code == 200 and 'id="find-form"' not in answer.text, path


def test_a_page_speaks_the_language_of_who_looks(client: TestClient) -> None:
    assert '<html lang="en" data-theme="auto"' in client.get("/login").text
    chinese = client.get("/login", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).text
    assert '<html lang="zh-Hans"' in chinese and "登录" in chinese
    client.cookies.update({"cryogate-language": "en", "cryogate-theme": "dark"})
    mine = client.get("/login", headers={"Accept-Language": "zh-CN"}).text
    assert '<html lang="en" data-theme="dark"' in mine
    client.cookies.set("cryogate-theme", '"><script>')
    assert 'data-theme="auto"' in client.get("/login").text


def test_pages_are_no_part_of_the_api(client: TestClient) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    assert not [path for path in schema["paths"] if not path.startswith("/api/v1/")]
    assert client.post("/alarms").status_code == 405
    assert client.get("/nothing").json()["status"] == 404


@pytest.mark.parametrize("cookie", ["", "cgs_whatever"])
@pytest.mark.parametrize("path", ["/nothing", "/set-up/nothing", "/manual/nothing", "/units/x"])
def test_people_read_a_page_where_nothing_is(client: TestClient, path: str, cookie: str) -> None:
    client.cookies.set("__Host-cryogate", cookie)
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = client.get(path, headers=browser)
    assert page.status_code == 404 and page.headers["content-type"].startswith("text/html")
    assert "Nothing has this address" in page.text and 'href="/"' in page.text
    assert ('id="find-form"' in page.text) == bool(cookie)
    assert "此处没有内容" in client.get(path, headers=browser | {"Accept-Language": "zh"}).text
    assert client.get("/api/v1/nothing", headers=browser).json()["status"] == 404


def test_people_read_what_is_wrong_with_a_gateway(served: FastAPI) -> None:
    def broken() -> None:
        raise JournalError("<b>disk</b> I/O error; look at the disk")

    served.add_api_route("/broken", broken, include_in_schema=False)
    page = TestClient(guarded(served), "https://localhost").get("/broken", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["retry-after"]) == (503, "2")
    assert "This page cannot be shown" in page.text and "&lt;b&gt;disk&lt;/b&gt; I/O error" in page.text


def test_a_file_is_sent_once(client: TestClient) -> None:
    [address] = re.findall(r'"(/static/[^"]+/tokens\.css)"', client.get("/login").text)
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    packed = client.get(address)
    assert packed.headers["content-encoding"] == "gzip" and packed.text == plain.text
    again = client.get(address, headers={"If-None-Match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

    old = client.get(re.sub(r"/static/\w+/", "/static/0123456789ab/", address))
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")
    for name in ("nothing.css", "../templates/base.html", "%2e%2e/templates/base.html"):
        assert client.get(f"{address.rpartition('/styles')[0]}/{name}").status_code == 404, name


def test_an_installed_page_has_its_icons_and_a_worker_of_each_version(client: TestClient) -> None:
    text = client.get("/login").text
    [manifest] = re.findall(r'rel="manifest" href="([^"]+)"', text)
    told = client.get(manifest)
    assert told.headers["content-type"] == "application/manifest+json" and told.json()["start_url"] == "/"
    for icon in told.json()["icons"]:
        assert (
            client.get(f"{manifest.rpartition('/')[0]}/{icon['src']}").headers["content-type"] == "image/png"
        )
    worker = client.get("/service-worker.js")
    assert worker.headers["cache-control"] == "no-cache"
    assert worker.text.startswith(f'const VERSION = "{manifest.split("/")[2]}";')


def test_another_file_is_another_address(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a{}")
    (tmp_path / "notes.txt").write_text("not for browsers")
    one = Files(tmp_path, {"words/en.json": b"{}"})
    assert one.address("a.css") == Files(tmp_path, {"words/en.json": b"{}"}).address("a.css")
    assert one.address("a.css") != Files(tmp_path, {"words/en.json": b"[]"}).address("a.css")
    (tmp_path / "a.css").write_text("b{}")
    assert one.address("a.css") != Files(tmp_path, {"words/en.json": b"{}"}).address("a.css")
    for name in ("notes.txt", "b.css"):
        with pytest.raises(KeyError):
            one.address(name)


def test_files_are_packed_where_it_helps(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("x;" * 1000)
    (tmp_path / "a.woff2").write_bytes(b"wOF2")
    files = Files(tmp_path, {})
    kept = files._files
    assert kept["a.woff2"].packed is None
    assert gzip.decompress(kept["a.js"].packed) == b"x;" * 1000


def test_the_page_of_trust_shows_what_phones_take(tmp_path: Path) -> None:
    config = tmp_path / "cryogate.toml"
    config.write_text(CONFIG, encoding="utf-8")
    configuration = load(config)
    app = application(World(configuration, lambda: None), Gate(Members(configuration.data_dir), time.time_ns))
    add_pages(app)
    client = TestClient(guarded(app), "https://localhost")
    assert "a proxy in front of it" in client.get("/trust").text
    assert client.get(trust.FILE).status_code == 404
    configuration.data_dir.mkdir()
    made = own(configuration.data_dir, "localhost")
    page, file = client.get("/trust").text, client.get(trust.FILE)
    assert made.fingerprint() in page and file.headers["content-type"] == trust.MEDIA_TYPE
    printed = hashlib.sha256(file.content).hexdigest().upper()
    assert printed in page.replace(":", "") and file.content == authority_of(made.certificate)


def test_a_certificate_given_by_hand_is_the_one_that_the_page_of_trust_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, other = tmp_path / "cryogate.toml", tmp_path / "other"
    config.write_text(CONFIG, encoding="utf-8")
    other.mkdir()
    made, served = own(other, "localhost"), list[ASGIApp]()
    monkeypatch.setattr("gateway.cli.pages.serve", lambda app, *_: served.append(app))
    files = ["--cert", str(made.certificate), "--key", str(made.key)]
    done = CliRunner().invoke(cli, ["pages", *files, "--config", str(config)])
    assert done.exit_code == 0 and made.fingerprint() in done.stdout
    client = TestClient(served[0], "https://localhost")
    assert made.fingerprint() in client.get("/trust").text
    assert client.get(trust.FILE).content == authority_of(made.certificate)
