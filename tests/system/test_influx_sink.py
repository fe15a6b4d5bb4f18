"""The InfluxDB sink against a server process that answers as InfluxDB 2 does."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.errors import LinkDown
from gateway.sinks.influxdb import MOST_REFUSALS, Sink
from tests.system.certificates import Certificates
from tests.system.gateway_process import eventually
from tests.system.influx import PLACES, Influx, batch, expected, free_port


@pytest.fixture
def start_influx(tmp_path: Path) -> Iterator[Callable[..., Influx]]:
    servers: list[Influx] = []

    def start(**told: object) -> Influx:
        servers.append(Influx(tmp_path / f"influx-{len(servers)}", **told).start())  # type: ignore[arg-type]
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def influx(start_influx: Callable[..., Influx]) -> Influx:
    return start_influx()


@pytest.fixture
def make_sink() -> Iterator[Callable[..., Sink]]:
    sinks: list[Sink] = []

    def make(influx: Influx, **more: object) -> Sink:
        sinks.append(Sink(influx.options(**more)))
        sinks[-1].resume(None)
        return sinks[-1]

    yield make
    for sink in sinks:
        sink.close()


def test_readings_arrive_as_they_are(influx: Influx, make_sink: Callable[..., Sink]) -> None:
    written = make_sink(influx).write(batch(0, 100), PLACES)
    assert written.rejected == {}
    assert influx.stored() == expected(batch(0, 100))
    tags = {point["tags"]["channel"]: point["tags"] for point in influx.points()}
    assert tags == {
        "top": {
            "asset": "freezer-1", "channel": "top", "quantity": "temperature",
            "site": "pudong", "unit": "degC", "zone": "top",
        },
        "液位 a,b=c": {
            "asset": "freezer-1", "channel": "液位 a,b=c", "quantity": "level",
            "site": "pudong", "unit": "mm",
        },
        "gone": {"channel": "gone"},
    }  # fmt: skip
    assert {point["measurement"] for point in influx.points()} == {"reading"}


def test_a_batch_that_comes_again_overwrites_itself(influx: Influx, make_sink: Callable[..., Sink]) -> None:
    for _ in range(3):
        make_sink(influx, most_lines=7).write(batch(0, 20), PLACES)
    assert len(influx.points()) == 60
    assert influx.stored() == expected(batch(0, 20))
    assert [r["status"] for r in influx.requests()] == [204] * 9


def test_lines_that_it_can_not_read_are_found_and_the_rest_is_there(
    influx: Influx, make_sink: Callable[..., Sink]
) -> None:
    """400: nothing of the request was written."""
    influx.behave(unparseable="gone")
    some = batch(0, 64)
    some.samples.channel[:] = 1
    some.samples.channel[[5, 40]] = 3
    written = make_sink(influx).write(some, PLACES)
    assert sorted(written.rejected) == [5, 40]
    assert all(
        r.startswith("HTTP 400: unable to parse 'reading,channel=gone") for r in written.rejected.values()
    )
    assert influx.stored() == {k: v for k, v in expected(some).items() if k[0] != "gone"}


def test_lines_older_than_the_bucket_keeps_are_rejected_and_no_others(
    influx: Influx, make_sink: Callable[..., Sink]
) -> None:
    """422: a partial write, which says only how many were dropped."""
    some = batch(0, 100)
    influx.behave(retention_from_ns=int(some.samples.time[37]))
    written = make_sink(influx).write(some, PLACES)
    assert sorted(written.rejected) == list(range(37))
    assert "points beyond retention policy dropped=" in written.rejected[0]
    assert influx.stored() == expected(batch(37, 63))
    assert len(influx.requests()) < 20


def test_a_bucket_that_wants_none_of_it_is_asked_once(influx: Influx, make_sink: Callable[..., Sink]) -> None:
    influx.behave(types={"value": "int", "quality": "float"})
    written = make_sink(influx).write(batch(0, 1000), PLACES)
    assert len(written.rejected) == 1000
    assert "field type conflict" in written.rejected[999]
    assert [r["status"] for r in influx.requests()] == [422]


def test_the_search_for_bad_lines_has_an_end(influx: Influx, make_sink: Callable[..., Sink]) -> None:
    influx.behave(unparseable="gone")
    written = make_sink(influx).write(batch(0, 2048, channel=3), PLACES)
    assert len(written.rejected) == 2048
    assert len(influx.requests()) < MOST_REFUSALS + 30
    assert make_sink(influx).write(batch(0, 10, channel=1), PLACES).rejected == {}


def test_requests_that_are_too_large_get_smaller_and_stay_so(
    influx: Influx, make_sink: Callable[..., Sink]
) -> None:
    influx.behave(most_bytes=3000)
    sink = make_sink(influx)
    assert sink.write(batch(0, 300), PLACES).rejected == {}
    assert influx.stored() == expected(batch(0, 300))
    refused = [r["status"] for r in influx.requests()].count(413)
    sink.write(batch(300, 300), PLACES)
    assert [r["status"] for r in influx.requests()].count(413) == refused > 0


def test_one_line_that_is_too_large_is_rejected(influx: Influx, make_sink: Callable[..., Sink]) -> None:
    influx.behave(most_bytes=10)
    assert make_sink(influx).write(batch(0, 1), PLACES).rejected == {
        0: "HTTP 413: unable to read data: points batch is too large"
    }


@pytest.mark.parametrize(
    ("behaviour", "more", "words"),
    [
        ({"token": "another"}, {}, "the token is not accepted; check token_file"),
        ({"forbidden": True}, {}, "the token may not write to bucket 'readings'; give it the permission"),
        ({}, {"bucket": "b"}, "bucket \"b\" not found; check url, org 'cold chain' and bucket 'b'"),
        ({}, {"org": "o"}, "organization name \"o\" not found; check url, org 'o' and bucket 'readings'"),
    ],
)
def test_a_login_that_does_not_fit(
    influx: Influx, make_sink: Callable[..., Sink], behaviour: dict, more: dict, words: str
) -> None:
    influx.behave(**behaviour)
    with pytest.raises(LinkDown) as raised:
        make_sink(influx, **more).write(batch(0, 10), PLACES)
    assert str(raised.value) == f"http://127.0.0.1:{influx.port}: {words}"
    assert influx.points() == []


def test_a_redirect_is_not_followed_by_the_client(influx: Influx, make_sink: Callable[..., Sink]) -> None:
    """Else token and readings would go where whoever answers says."""
    influx.answer(307, "", Location=f"http://127.0.0.1:{influx.port}/elsewhere")
    with pytest.raises(LinkDown, match="307"):
        make_sink(influx).write(batch(0, 10), PLACES)
    assert [r["status"] for r in influx.requests()] == [307]


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_to_wait_is_left_alone_so_long(
    influx: Influx, make_sink: Callable[..., Sink], status: int
) -> None:
    influx.answer(status, '{"code":"unavailable","message":"limit exceeded"}', Retry_After="2")
    sink = make_sink(influx)
    with pytest.raises(LinkDown, match="limit exceeded; it is tried again when it allows"):
        sink.write(batch(0, 10), PLACES)
    influx.behave()
    with pytest.raises(LinkDown, match=r"asked us to wait; tried again in [12] s"):
        sink.write(batch(0, 10), PLACES)

    def written() -> bool:
        try:
            sink.write(batch(0, 10), PLACES)
        except LinkDown:
            return False
        return True

    eventually(written, "it may come again")
    first, second = influx.requests()
    assert second["at_s"] - first["at_s"] >= 1.9
    assert influx.stored() == expected(batch(0, 10))


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, "<html>Please log in</html>", "HTTP 200, where InfluxDB says 204"),
        (302, "", "HTTP 302, where InfluxDB says 204"),
        (400, "<html>plain HTTP request was sent to HTTPS port</html>", "HTTP 400, where InfluxDB says 204"),
        (400, '{"message":"Bad Request"}', "Bad Request; check url, and proxies or portals in between"),
        (500, '{"code":"internal error","message":"unexpected error writing points to database: timeout"}',
         "HTTP 500: unexpected error writing points to database: timeout; the server's log says more"),
        (502, "Bad Gateway", "HTTP 502: Bad Gateway; the server's log"),
    ],
)  # fmt: skip
def test_what_somebody_in_between_says_rejects_nothing(
    influx: Influx, make_sink: Callable[..., Sink], status: int, body: str, words: str
) -> None:
    influx.answer(status, body, Content_Type="text/html", Location="http://127.0.0.1:1/")
    with pytest.raises(LinkDown) as raised:
        make_sink(influx).write(batch(0, 10), PLACES)
    assert words in str(raised.value)


def test_a_partial_write_of_early_2_0_comes_with_500(influx: Influx, make_sink: Callable[..., Sink]) -> None:
    message = (
        "unexpected error writing points to database: partial write: points beyond retention policy dropped=4"
    )
    influx.answer(500, f'{{"code":"internal error","message":"{message}"}}')
    assert make_sink(influx).write(batch(0, 4), PLACES).rejected == dict.fromkeys(
        range(4), f"HTTP 500: {message}"
    )


def test_a_server_that_went_away_and_comes_back(influx: Influx, make_sink: Callable[..., Sink]) -> None:
    sink = make_sink(influx)
    sink.write(batch(0, 10), PLACES)
    influx.kill()
    for _ in range(2):
        with pytest.raises(
            LinkDown, match=r"check url, and that InfluxDB runs|the connection broke: .*; check"
        ):
            sink.write(batch(10, 10), PLACES)
        sink.close()
    influx.start()
    sink.write(batch(10, 10), PLACES)
    assert influx.stored() == expected(batch(0, 20))


def test_a_server_that_never_answers(tmp_path: Path, make_sink: Callable[..., Sink]) -> None:
    silent = Influx(tmp_path / "silent")
    with (
        socket.create_server(("127.0.0.1", silent.port)),
        pytest.raises(LinkDown, match="no answer in time; check"),
    ):
        make_sink(silent, timeout_s=0.3).write(batch(0, 1), PLACES)


def test_a_name_that_nobody_knows(tmp_path: Path, make_sink: Callable[..., Sink]) -> None:
    nowhere = Influx(tmp_path / "nowhere")
    with pytest.raises(LinkDown, match="this name is not known; check url"):
        make_sink(nowhere, url=f"http://nowhere.invalid:{free_port()}").write(batch(0, 1), PLACES)


def test_a_token_is_read_again_at_the_next_connection(influx: Influx, make_sink: Callable[..., Sink]) -> None:
    token = influx.folder / "token"
    for content, words in (
        (b"", "its first line is no token"),
        (b"\xff\xfe", "cannot be read"),
        (None, "No such file"),
    ):
        token.unlink() if content is None else token.write_bytes(content)
        with pytest.raises(LinkDown, match=words):
            make_sink(influx).write(batch(0, 1), PLACES)
    token.write_text("renewed\nthe second line is a comment")
    influx.behave(token="renewed")
    make_sink(influx).write(batch(0, 10), PLACES)
    assert influx.stored() == expected(batch(0, 10))


def test_tls_with_an_authority_of_our_own(
    tmp_path: Path, start_influx: Callable[..., Influx], make_sink: Callable[..., Sink]
) -> None:
    certificates = Certificates(tmp_path / "certificates")
    influx = start_influx(certificate=(certificates.path("server.pem"), certificates.path("server.key")))
    with pytest.raises(LinkDown, match=r"TLS failed: .*; check that this port speaks TLS, and ca_file"):
        make_sink(influx).write(batch(0, 1), PLACES)
    make_sink(influx, ca_file=certificates.path("ca.pem")).write(batch(0, 10), PLACES)
    assert influx.stored() == expected(batch(0, 10))
    with pytest.raises(LinkDown, match=r"the connection broke|where InfluxDB says 204"):
        make_sink(influx, url=f"http://127.0.0.1:{influx.port}").write(batch(0, 1), PLACES)
