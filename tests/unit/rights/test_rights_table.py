"""Who may do what: the table against a second one written by hand, every role, site and asset."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.rights.principal import Principal, why_not_second
from gateway.rights.table import ACTIONS, INSPECTOR, ROLES, TWO_PEOPLE, Scope, actions_of

WHO = Principal("li.na", "li.na", ("viewer",), None, None, "password+totp", 100, "s1")
SITE_ACTIONS = sorted(name for name, action in ACTIONS.items() if action.scope is Scope.SITE)

READS_OF_EVERYBODY = """assets.read channels.read values.read readings.read excursions.read clocks.read
    contents.read statements.read profiles.read imports.read drills.read handovers.read alarms.read
    alarm-health.read calls.read health.read self.read"""
READS_OF_STAFF = "time-left.read profiles.preview people.read rosters.read status.read"
MAY = {  # role: what it may beside that; written from the issue, not from the table
    "viewer": "self.write",
    "inspector": "self.write audit.read",
    "operator": """self.write token.write alarm.acknowledge alarm.take alarm.assign alarm.comment alarm.shelve
        alarm.close filling.write out-of-service.request out-of-service.end handover.write drill.write
        siren.write notify.write contents.write plan.write placement.write reset.write statement.withdraw
        import.write roster.write refused.read refused.write parked.read parked.write record.sign
        alarm-advice.read reports.read jobs.read jobs.end""",
    "supply-chain": """self.write token.write alarm.acknowledge alarm.take alarm.assign alarm.comment
        filling.write contents.write placement.write statement.withdraw import.write
        reports.read jobs.read jobs.end""",
    "quality": """self.write token.write alarm.acknowledge alarm.take alarm.assign alarm.comment alarm.shelve
        alarm.close out-of-service.request out-of-service.approve out-of-service.end handover.write
        drill.write contents.write plan.write placement.write reset.write statement.withdraw import.write
        profile.propose profile.approve disposition.propose record.sign configuration.read
        configuration.write refused.read refused.write parked.read parked.write journal.read
        hold.write audit.read alarm-advice.read
        journal-verify.read journal-replay.read reports.read jobs.read jobs.end""",
    "qualified-person": """self.write token.write alarm.acknowledge alarm.take alarm.assign alarm.comment
        alarm.close out-of-service.approve out-of-service.end statement.withdraw profile.propose
        profile.approve disposition.propose disposition.approve record.sign configuration.read
        configuration.write refused.read parked.read journal.read hold.write audit.read alarm-advice.read
        journal-verify.read journal-replay.read reports.read jobs.read jobs.end""",
    "administrator": """self.write token.write plan.write drill.write siren.write notify.write people.write
        roster.write configuration.read configuration.write refused.read refused.write parked.read
        parked.write journal.read journal.backup account.read account.write audit.read
        alarm-advice.read journal-verify.read journal-replay.read
        reports.read jobs.read jobs.end""",
}


def expected(role: str) -> set[str]:
    staff = READS_OF_STAFF if role != INSPECTOR else ""
    return {*READS_OF_EVERYBODY.split(), *staff.split(), *MAY[role].split()}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_exactly_what_its_list_says(role: str) -> None:
    assert actions_of([role]) == expected(role)


@pytest.mark.parametrize("role", ROLES)
def test_a_principal_is_held_to_its_role_and_its_site(role: str) -> None:
    for action in ACTIONS:
        check_site_scope(role, action)


def check_site_scope(role: str, action: str) -> None:
    everywhere = replace(WHO, roles=(role,))
    here = replace(everywhere, sites=("lab",))
    allowed, scope = action in expected(role), ACTIONS[action].scope
    assert everywhere.may(action) == everywhere.may(action, "lab") == allowed
    assert everywhere.may_somewhere(action) == allowed
    assert here.may(action, "lab") == (allowed and scope is not Scope.GATEWAY)
    assert here.may(action, "other") == here.may(action) == (allowed and scope is Scope.OWN)
    assert here.may_somewhere(action) == (allowed and scope is not Scope.GATEWAY)
    nowhere = replace(everywhere, sites=())
    assert nowhere.may_somewhere(action) == (allowed and scope is Scope.OWN)


def test_nobody_without_a_role_may_anything() -> None:
    nobody = replace(WHO, roles=())
    for action in ACTIONS:
        assert not (nobody.may(action) or nobody.may(action, "lab") or nobody.may_somewhere(action))


@pytest.mark.parametrize("other", ROLES)
def test_an_inspector_only_reads_whatever_other_role_is_named(other: str) -> None:
    inspector = replace(WHO, roles=(other, INSPECTOR))
    allowed = {action for action in ACTIONS if inspector.may(action)}
    assert allowed == expected(INSPECTOR)
    assert {action for action in allowed if not ACTIONS[action].reads} == {"self.write"}
    assert inspector.looks_are_recorded and not WHO.looks_are_recorded


def test_who_is_bound_to_assets_sees_no_other_and_nothing_of_several() -> None:
    bound = replace(WHO, roles=("inspector",), sites=("lab",), assets=("dewar-1",))
    for action in SITE_ACTIONS:
        allowed = action in expected(INSPECTOR)
        assert bound.may(action, "lab", "dewar-1") == allowed
        assert not bound.may(action, "lab", "dewar-2")
        assert not bound.may(action, "other", "dewar-1")
        assert not bound.may(action, "lab") and not bound.may(action)
        assert bound.may_somewhere(action) == allowed
        assert not replace(bound, assets=()).may_somewhere(action)


def test_who_is_bound_to_assets_changes_nothing_by_any_role() -> None:
    bound = replace(WHO, roles=ROLES[:-1], assets=("dewar-1",))
    allowed = {action for action in ACTIONS if bound.may(action, "lab", "dewar-1")}
    assert {action for action in allowed if not ACTIONS[action].reads} == {"self.write", "token.write"}


def test_a_token_is_narrowed_and_never_does_what_needs_a_person() -> None:
    every = replace(WHO, roles=ROLES[:-1], authenticated="token reports")
    for action in ACTIONS:
        assert every.may(action) == ACTIONS[action].by_token
        assert not replace(every, actions=()).may(action)
        assert replace(every, actions=(action,)).may(action) == ACTIONS[action].by_token
        assert replace(WHO, actions=(action,)).may(action) == (action in expected("viewer"))


def test_a_token_has_no_power_over_accounts_or_signatures() -> None:
    people = {name for name, action in ACTIONS.items() if not action.by_token}
    own = {"self.read", "self.write", "token.write"}
    assert people == {*TWO_PEOPLE, *own, "record.sign", "configuration.write", "account.write"}


def test_two_person_actions_need_two_accounts() -> None:
    assert TWO_PEOPLE == {
        "out-of-service.approve": "out-of-service.request",
        "profile.approve": "profile.propose",
        "disposition.approve": "disposition.propose",
    }
    for action in TWO_PEOPLE:
        assert "somebody else" in why_not_second(action, WHO.account, WHO)
        assert not why_not_second(action, "wang.wei", WHO)
    assert not why_not_second("alarm.acknowledge", WHO.account, WHO)


def test_each_first_step_can_be_taken_and_each_second_one_by_somebody_else() -> None:
    for second, first in TWO_PEOPLE.items():
        assert ACTIONS[first].roles and ACTIONS[second].roles


def test_an_action_has_a_name_and_words_that_follow_may() -> None:
    for name, action in ACTIONS.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z]+", name)
        assert action.reads == (name.split(".")[1] in ("read", "preview"))
        assert action.words[0].islower() and action.roles


def test_an_action_that_nobody_entered_is_refused_loudly() -> None:
    with pytest.raises(KeyError):
        WHO.may("alarm.forget")


def test_it_ends() -> None:
    assert not WHO.is_over(99)
    assert WHO.is_over(100)


def test_the_page_shows_the_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "accounts.md").read_text()
    for name, action in ACTIONS.items():
        marks = " | ".join("x" if role in action.roles else "" for role in ROLES)
        assert f"| `{name}` | {action.words} | {marks} |" in page
