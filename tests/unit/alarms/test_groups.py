"""Groups: one happening, one group, the same whenever the journal is read again."""

from __future__ import annotations

from gateway.alarms.groups import LINGER_NS, Groups
from gateway.model import SECOND
from tests.unit.alarms.happenings import Site

TEN = tuple(f"shipper-{k}" for k in range(10))
LINGER_S = LINGER_NS / SECOND


def test_alarms_of_one_asset_that_overlap_are_one_happening() -> None:
    site, groups = Site(), Groups()
    first = groups.hear(site.happens("E-1", "raised", 0))
    second = groups.hear(site.happens("E-2", "raised", 60, rule="above-120"))
    other = groups.hear(site.happens("E-3", "raised", 60, ("dewar-2",)))
    assert first and second and other
    assert second.group is first.group and first.is_new and second.is_new
    assert (first.group.id, first.group.first, list(first.group.members)) == ("G-1", "E-1", ["E-1", "E-2"])
    assert other.group.id == "G-3"


def test_what_a_drill_found_is_no_part_of_what_happens_to_its_asset() -> None:
    site, groups = Site(), Groups()
    failed = groups.hear(site.happens("F-1", "raised", 0, kind="fault", rule="drill failed:dewar-1"))
    real = groups.hear(site.happens("E-2", "raised", 5))
    again = groups.hear(site.happens("F-3", "raised", 9, kind="fault", rule="drill failed:dewar-1"))
    assert failed and real and again
    assert (failed.group.id, real.group.id, again.group.id) == ("G-1", "G-2", "G-1")


def test_what_begins_after_the_end_is_another_happening() -> None:
    site, groups = Site(), Groups()
    groups.hear(site.happens("E-1", "raised", 0))
    groups.hear(site.happens("E-1", "returned", 60))
    soon = groups.hear(site.happens("E-2", "raised", 60 + LINGER_S))
    assert soon and soon.group.id == "G-1"
    groups.hear(site.happens("E-2", "returned", 2000))
    later = groups.hear(site.happens("E-3", "raised", 2001 + LINGER_S))
    assert later and later.group.id == "G-3"


def test_a_group_is_forgotten_when_nobody_is_needed_any_more() -> None:
    site, groups = Site(), Groups()
    groups.hear(site.happens("E-1", "raised", 0))
    groups.hear(site.happens("E-1", "acknowledged", 10))
    assert groups.of("E-1") is not None
    groups.hear(site.happens("E-1", "returned", 20))
    assert groups.of("E-1") is None and not groups.by_id
    assert groups.hear(site.happens("E-1", "amended", 25, state="closed")) is None
    again = groups.hear(site.happens("E-1", "raised", 30))
    assert again and again.group.id == "G-1.5"  # another happening has another name


def test_silences_of_one_site_that_begin_together_are_one_happening() -> None:
    """An uplink died behind a live broker: no fault says so."""
    site, groups = Site(), Groups()
    for k, asset in enumerate(TEN[:3]):
        heard = groups.hear(site.happens(f"E-{k}", "raised", 60 * k, (asset,), kind="no_data"))
    assert heard and (heard.group.first, len(heard.group.members)) == ("E-0", 3)
    far = groups.hear(site.happens("E-4", "raised", 100, ("far",), kind="no_data", site="annex"))
    late = groups.hear(site.happens("E-5", "raised", 121, (TEN[5],), kind="no_data"))
    assert far and late and (far.group.id, late.group.id) == ("G-4", "G-5")
    real = [groups.hear(site.happens(f"E-{6 + k}", "raised", 130, (TEN[k],))) for k in range(2)]
    assert [one.group.id for one in real if one] == ["G-6", "G-7"], "a real excursion stays one of its own"
    groups.hear(site.happens("E-1", "returned", 140, (TEN[1],)))
    again = groups.hear(site.happens("E-8", "raised", 150, (TEN[1],), kind="no_data"))
    assert again and again.group is heard.group
    broker = groups.hear(site.happens("F-9", "raised", 200, TEN, kind="fault"))
    assert (
        broker
        and len(broker.group.members) == 6
        and {g.id for g in broker.merged} | {broker.group.id} == {"G-0", "G-5"}
    )


def test_ten_silences_and_the_broker_that_is_away_are_one_happening() -> None:
    site, groups = Site(), Groups()
    for k, asset in enumerate(TEN[:4]):
        groups.hear(site.happens(f"E-{k}", "raised", k, (asset,), kind="no_data", site=f"site-{k}"))
    assert len(groups.by_id) == 4
    fault = groups.hear(site.happens("F-1", "raised", 60, TEN, kind="fault"))
    assert fault and fault.group.id == "G-0"
    assert [other.id for other in fault.merged] == ["G-1", "G-2", "G-3"]
    late = groups.hear(site.happens("E-9", "raised", 300, (TEN[9],), kind="no_data"))
    flaps = groups.hear(site.happens("F-2", "raised", 400, TEN, kind="fault", rule="flaps:broker"))
    assert late and flaps and late.group is flaps.group is fault.group
    assert len(fault.group.members) == 7 and list(groups.by_id) == ["G-0"]


def test_a_real_excursion_is_not_hidden_behind_a_link_that_is_down() -> None:
    site, groups = Site(), Groups()
    warm = groups.hear(site.happens("E-1", "raised", 0, ("shipper-1",)))
    silent = groups.hear(site.happens("E-2", "raised", 10, ("shipper-1",), kind="no_data"))
    fault = groups.hear(site.happens("F-1", "raised", 60, TEN, kind="fault"))
    assert warm and silent and fault
    assert warm.group is silent.group and fault.group is not warm.group
    quiet = groups.hear(site.happens("E-3", "raised", 70, ("shipper-2",), kind="no_data"))
    hot = groups.hear(site.happens("E-4", "raised", 80, ("shipper-2",)))
    assert quiet and hot
    assert quiet.group is fault.group and hot.group is not fault.group


def test_troubles_of_the_gateway_itself_are_each_one() -> None:
    site, groups = Site(), Groups()
    clock = groups.hear(site.happens("F-1", "raised", 0, (), kind="fault", rule="clock"))
    disk = groups.hear(site.happens("F-2", "raised", 1, (), kind="fault", rule="space"))
    groups.hear(site.happens("F-1", "returned", 2))
    again = groups.hear(site.happens("F-3", "raised", 3, (), kind="fault", rule="clock"))
    assert clock and disk and again
    assert again.group is clock.group and disk.group is not clock.group
