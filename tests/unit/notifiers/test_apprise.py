"""What apprise says is passed on, and no more is made of it; tokens stay in their file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import LinkDown, Rejected
from gateway.notifiers.apprise import TOOK, Notifier, Options
from tests.system.http_receiver import HttpReceiver, Reply
from tests.unit.notifiers.calls import call


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    receiver = HttpReceiver()
    yield receiver
    receiver.close()


def made(folder: Path, url: str, **more: Any) -> Notifier:
    (folder / "url").write_text(url + "\n")
    return Notifier(Options(str(folder / "url"), **({"timeout_s": 5.0} | more)))


def to(receiver: HttpReceiver, rest: str) -> str:
    return receiver.url(rest).replace("http:", "json:", 1)


def test_a_person_is_told_at_the_address_in_the_url(tmp_path: Path, receiver: HttpReceiver) -> None:
    notifier = made(tmp_path, to(receiver, "/s3cret/${address}"))
    assert notifier.tell(call(), "li na/../x") == TOOK
    [posted] = receiver.posted
    assert posted.path == "/s3cret/li%20na%2F..%2Fx"
    body = json.loads(posted.body)
    assert body["title"].startswith("URGENT: freezer-1") and "Alarm: E-7Q2M9XKD" in body["message"]
    assert body["type"] == "failure"


def test_what_it_could_not_send_is_tried_again_and_no_token_is_said(
    tmp_path: Path, receiver: HttpReceiver
) -> None:
    notifier = made(tmp_path, to(receiver, "/s3cret/${address}"))
    receiver.usual = Reply(500)
    with pytest.raises(LinkDown, match=r"apprise could not send it: .*; check the URL") as told:
        notifier.tell(call(), "desk")
    assert "s3cret" not in str(told.value)


def test_a_redirect_is_not_followed_by_apprise(tmp_path: Path, receiver: HttpReceiver) -> None:
    elsewhere = HttpReceiver()
    receiver.usual = Reply(307, {"Location": elsewhere.url("/")})
    with pytest.raises(LinkDown):
        made(tmp_path, to(receiver, "/x")).tell(call(), "desk")
    elsewhere.close()
    assert receiver.posted and not elsewhere.posted


@pytest.mark.parametrize("url", ["nonsense", "nonsense://x", "json://h/${name}"])
def test_a_url_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(Rejected):
        made(tmp_path, url).tell(call(), "desk")


def test_a_url_that_cannot_be_read_is_tried_again(tmp_path: Path) -> None:
    notifier = made(tmp_path, "json://h")
    (tmp_path / "url").unlink()
    with pytest.raises(LinkDown, match="url_file"):
        notifier.tell(call(), "desk")


@pytest.mark.parametrize(
    "more", [{"receivers": ()}, {"receivers": ("",)}, {"receivers": ("a\nb",)}, {"timeout_s": 0}]
)
def test_nonsense_is_refused(tmp_path: Path, more: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        made(tmp_path, "json://h", **more)


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)  # as where it is not installed
    with pytest.raises(ValueError, match=r"pip install 'cryogate\[apprise\]'"):
        Options("url")
