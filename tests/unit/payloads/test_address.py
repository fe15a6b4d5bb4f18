"""Address templates: filled from a topic's names, or refused when the configuration is read."""

import pytest

from gateway.payloads.address import AddressTemplate


@pytest.mark.parametrize(
    ("template", "address", "names"),
    [
        ("{device}/temperature", "d-1/temperature", {"device"}),
        ("temperature", "temperature", set()),
        ("{site}.{device}", "s.d-1", {"site", "device"}),
        ("{device}{device}", "d-1d-1", {"device"}),
    ],
)
def test_fill(template, address, names):
    parsed = AddressTemplate.parse(template)
    assert parsed.names == names
    assert parsed.fill({"device": "d-1", "site": "s"}) == address


@pytest.mark.parametrize("device", ["{site}", "%s", "a/b", "{0.__class__}"])
def test_what_a_device_is_called_is_never_a_template(device):
    assert AddressTemplate.parse("{device}/t").fill({"device": device, "site": "x"}) == f"{device}/t"


@pytest.mark.parametrize("template", ["", "{", "}", "{}", "{a", "a}", "{a.b}", "{a!r}", "{{a}}", "{0}"])
def test_what_is_no_template(template):
    with pytest.raises(ValueError, match="address template"):
        AddressTemplate.parse(template)
