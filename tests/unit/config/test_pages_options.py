"""[pages] of the configuration."""

from __future__ import annotations

import pytest

from gateway.config.types import PagesOptions


def test_where_it_listens():
    assert (PagesOptions("[::1]:8443").host, PagesOptions("[::1]:8443").port) == ("::1", 8443)
    assert PagesOptions("127.0.0.1:80", plain=True) and PagesOptions("localhost:80", plain=True)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"listen": "8443"}, "expected an address and a port"),
        ({"listen": "127.0.0.1:70000"}, "expected an address and a port"),
        ({"listen": "127.0.0.1:1", "cert_file": "c"}, "belong together"),
        (
            {"listen": "127.0.0.1:1", "cert_file": "c", "key_file": "k", "plain": True},
            "plain has no certificate",
        ),
        ({"address": "gateway.example"}, "expected one like"),
        ({"address": "http://gateway.example"}, "expected one like"),
        ({"address": "https://gateway.example/path"}, "expected one like"),
        ({"address": "https://gateway.example:port"}, "expected one like"),
        ({"proxies": ("proxy.local",)}, "expected an address or a network"),
        ({"proxies": ("10.0.0.0/8", "::/0")}, "is everybody"),
        ({"listen": "0.0.0.0:80", "plain": True}, "everybody on the network could read along"),
    ],
)
def test_what_cannot_be_meant(options, why):
    with pytest.raises(ValueError, match=why):
        PagesOptions(**options)
