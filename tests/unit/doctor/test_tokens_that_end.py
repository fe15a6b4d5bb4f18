"""A token that ends soon is found before its program is refused."""

from __future__ import annotations

from pathlib import Path

from gateway.accounts import FILE
from gateway.accounts.accounts import open_accounts
from gateway.accounts.tokens import Token
from gateway.config.load import load
from gateway.doctor.tokens import DO, findings
from tests.unit.accounts.members import CHEAP, DAY, NOW_NS, enter


def test_those_that_end_within_two_weeks_are_named(tmp_path: Path) -> None:
    config = tmp_path / "cryogate.toml"
    config.write_text('[gateway]\nname = "edge"\ndata_dir = "."\n')
    configuration = load(config)
    assert not list(findings(configuration, NOW_NS)) and not (tmp_path / FILE).exists()
    with open_accounts(tmp_path, CHEAP) as accounts:
        enter(accounts, NOW_NS)
        for name, days in (("soon", 10), ("later", 90), ("over", 1)):
            until_ns = NOW_NS + days * DAY
            accounts.tokens.new(Token("", "li.na", name, None, None, None, NOW_NS, until_ns))
    (one,) = findings(configuration, NOW_NS + 2 * DAY)
    assert one.what.startswith("the token 'soon' of li.na ends 20") and one.do == DO
    (tmp_path / FILE).write_bytes(b"damaged" * 1000)
    assert not list(findings(configuration, NOW_NS))
