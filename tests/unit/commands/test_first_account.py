"""The first start: one account by the printed link, once; then the first site and source are written."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.accounts import FILE
from gateway.accounts.accounts import Accounts, open_accounts
from gateway.accounts.links import GOOD_NS
from gateway.cli.pages import _first_link
from gateway.commands import accounts as administration
from gateway.commands import people
from gateway.commands.beginning import FirstPlace, FirstSource, begin, preview
from gateway.commands.desk import Desk, open_desk
from gateway.commands.first_start import first_account, first_link, is_first
from gateway.config.load import load
from gateway.errors import ConfigurationError, InputError
from gateway.ingestion.found_ports import found_ports
from gateway.journal.database import connect
from gateway.journal.journal import Journal
from gateway.mqtt.found_broker import CONNECT, Broker, found_broker
from gateway.questions.duty import duty_of
from gateway.statements.person import Person
from gateway.writing.introduction import introduce
from tests.unit.accounts.members import CHEAP
from tests.unit.commands.front_desk import LI

MINIMAL = '[gateway]\nname = "edge"\n[pages]\nwrites_configuration = true\n'
BOSS = Person("li.na", "Li Na", "", ("en",), "Asia/Shanghai", (), ())
LAB = FirstPlace("lab", "The lab", "Asia/Shanghai")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = tmp_path / "cryogate.toml"
    config.write_text(MINIMAL)
    return config


@pytest.fixture
def at_desk(config: Path) -> Iterator[tuple[Desk, Accounts]]:
    configuration = load(config)
    with open_desk(configuration) as desk, open_accounts(configuration.data_dir, CHEAP) as accounts:
        yield desk, accounts


def test_the_printed_link_makes_one_administrator_and_is_good_once(at_desk: Any) -> None:
    desk, accounts = at_desk
    before, link = first_link(desk, accounts), first_link(desk, accounts)
    with pytest.raises(InputError, match="this link is over"):
        first_account(desk, accounts, before, BOSS, (), "test")
    with pytest.raises(InputError, match="is no id"):
        first_account(desk, accounts, link, Person("Li Na", "Li Na", "", (), "UTC", (), ()), (), "test")
    done = first_account(desk, accounts, link, BOSS, ("operator",), "test")
    assert accounts.register.known("li.na").roles == ("administrator", "operator")
    assert accounts.links.account_of(done.link, desk.clock.now_ns()) == "li.na"
    for again in (link, done.link):
        with pytest.raises(InputError, match="this link is over"):
            first_account(desk, accounts, again, Person("x", "X", "", ("en",), "UTC", (), ()), (), "test")
    with pytest.raises(InputError, match="this link is over"):
        first_link(desk, accounts)
    assert [one.id for one in accounts.register.all()] == ["li.na"]


def test_somebody_who_is_called_already_is_called_as_before(at_desk: Any) -> None:
    desk, accounts = at_desk
    people.enter(desk, LI, replace(BOSS, name_zh="李娜", languages=("zh", "en")))
    first_account(desk, accounts, first_link(desk, accounts), replace(BOSS, languages=()), (), "test")
    known = duty_of(desk.journal).person("li.na")
    assert known is not None and (known.name_zh, known.languages) == ("李娜", ("zh", "en"))


def test_it_is_over_a_day_later_and_once_there_is_any_account(at_desk: Any) -> None:
    desk, accounts = at_desk
    link = first_link(desk, accounts)
    assert accounts.links.account_of(link, desk.clock.now_ns() + GOOD_NS) is None
    link = first_link(desk, accounts)
    first_account(desk, accounts, first_link(desk, accounts), BOSS, (), "test")
    with pytest.raises(InputError, match="this link is over"):
        first_account(desk, accounts, link, BOSS, (), "test")


def test_a_file_of_accounts_that_was_lost_is_no_first_start(config: Path, capsys: Any) -> None:
    configuration = load(config)
    assert _first_link(configuration)
    with open_desk(configuration) as desk, open_accounts(configuration.data_dir, CHEAP) as accounts:
        first_account(desk, accounts, first_link(desk, accounts), BOSS, (), "test")
    assert _first_link(configuration) == ""
    with closing(connect(configuration.data_dir / FILE, writing=True)) as connection:
        connection.execute("DELETE FROM account")
    assert _first_link(configuration) == "" and "account remake" in capsys.readouterr().out, "emptied"
    for file in configuration.data_dir.glob("accounts*"):
        file.unlink()
    assert _first_link(configuration) == "" and "account remake" in capsys.readouterr().out
    assert not list(configuration.data_dir.glob("accounts*"))
    with open_desk(configuration) as desk, open_accounts(configuration.data_dir, CHEAP) as accounts:
        assert not is_first(desk, accounts)
        assert administration.remake(desk, accounts, LI, "lost")


def started(config: Path) -> Desk:
    with Journal.open(config.parent / "data" / "journal.sqlite") as journal:
        introduce(load(config), journal, 1)
    return open_desk(load(config))  # type: ignore[return-value]


def test_site_and_broker_are_one_change_with_a_statement(config: Path) -> None:
    (config.parent / "data").mkdir()
    with started(config) as desk:  # type: ignore[attr-defined]
        tried = preview(desk, LI, LAB, FirstSource("mqtt", "broker"))
        assert config.read_text() == MINIMAL and tried["why_not_written"] == ""
        done = begin(desk, LI, LAB, FirstSource("mqtt", "broker"))
    assert done.stated.new[0].kind == "written" and done.said.what == "first site and source"
    assert config.read_text().startswith(MINIMAL) and config.read_text().endswith(tried["text"])
    now = load(config)
    assert now.sites["lab"].time_zone == "Asia/Shanghai" and now.sites["lab"].name == "The lab"
    assert now.sources["broker"].options.subscriptions == ("#",)
    assert now.sources["broker"].options.client_id == "cryogate-edge"


def test_a_driver_at_a_port_gets_a_channel_for_each_address(config: Path) -> None:
    (config.parent / "data").mkdir()
    port = FirstSource("serial", "tec3000-port", "/dev/ttyUSB0", "tec3000", "freezer-1", "ln2_freezer")
    with started(config) as desk:  # type: ignore[attr-defined]
        begin(desk, LI, LAB, port)
    now = load(config)
    assert set(now.channels) == {"freezer-1-tempa", "freezer-1-tempb"}
    assert now.assets["freezer-1"].kind == "ln2_freezer" and now.channels["freezer-1-tempa"].site == "lab"


@pytest.mark.parametrize(
    ("place", "source", "match"),
    [
        (FirstPlace("lab", "", "Mars/Base"), FirstSource("none"), "time_zone"),
        (FirstPlace(" "), FirstSource("none"), "one line of printable text"),
        (LAB, FirstSource("serial", "s", "/dev/ttyS9", "nodriver", "a"), "driver"),
        *(
            (LAB, FirstSource("serial", "s", port, "tec3000", "a"), "choose a port")
            for port in ("", "data/journal.sqlite", "/dev/fd/3", "/dev/sda", "socket://10.0.0.5:80")
        ),
        (LAB, FirstSource("serial", "s", "/dev/ttyS9", "tec3000", " "), "one line of printable text"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_written(
    config: Path, place: FirstPlace, source: FirstSource, match: str
) -> None:
    (config.parent / "data").mkdir()
    for act in (preview, begin):
        with pytest.raises((InputError, ConfigurationError), match=match), started(config) as desk:  # type: ignore[attr-defined]
            act(desk, LI, place, source)
    assert config.read_text() == MINIMAL


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (b"\x20\x02\x00\x00", Broker.OPEN),
        (b"\x20\x02\x00\x05", Broker.LOG_IN),
        (b"HTTP/1.1 400", Broker.NONE),
        (b"\x20", Broker.NONE),
    ],
)
def test_a_broker_says_whether_it_lets_everybody_in(answer: bytes, found: Broker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        heard = list[bytes]()

        def serve() -> None:
            line, _ = server.accept()
            with line:
                heard.append(line.recv(100))
                line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        port = server.getsockname()[1]
        assert found_broker(port) is found
        thread.join()
    assert heard == [CONNECT] and found_broker(port) is Broker.NONE


def test_ports_are_looked_for_without_opening_them() -> None:
    assert all(one.port and one.device for one in found_ports())
