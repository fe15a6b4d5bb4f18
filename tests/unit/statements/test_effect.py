"""What is in effect: one pass, the incremental form, and a slow twin agree on whatever is said."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.statements import Statement
from gateway.statements.effect import Effects, in_effect, target_of

Said = tuple[str, str, str]
"""Id, what it corrects, what it withdraws."""


def made(said: Said) -> Statement:
    return Statement("reset", "Li Na", 1, {}, id=said[0], corrects=said[1], withdraws=said[2])


def counting(*said: Said) -> list[str]:
    return [s.id for s in in_effect(map(made, said))]


def slow_twin(said: list[Said]) -> list[str]:
    """As the definition reads: one after the other, each looked at by itself."""
    first = {identity: n for n, (identity, _, _) in reversed(list(enumerate(said)))}
    told = [one for n, one in enumerate(said) if first[one[0]] == n]
    place = {identity: n for n, (identity, _, _) in enumerate(told)}

    def against(n: int) -> set[int]:
        _, corrects, withdraws = told[n]
        if not corrects:
            return {place[withdraws]} if place.get(withdraws, n) < n else set()
        target = place.get(corrects, n)
        if target >= n:
            return set()
        return {target} | (against(target) if told[target][1] else set())

    def counts(n: int) -> bool:
        return not any(n in against(m) and counts(m) for m in range(n + 1, len(told)))

    return [told[n][0] for n in range(len(told)) if counts(n)]


ids = st.sampled_from("abcdefgh")
targets = st.sampled_from(["", *"abcdefgh", "unknown"])
a_statement = st.one_of(
    st.tuples(ids, targets, st.just("")),
    st.tuples(ids, st.just(""), targets),
    st.tuples(ids, targets, targets),
)


@given(st.lists(a_statement, max_size=10))
@example([("a", "", ""), ("b", "a", ""), ("c", "b", "")])
@example([("a", "", ""), ("b", "a", ""), ("c", "b", ""), ("d", "", "c"), ("e", "", "d")])
def test_all_three_agree(said: list[Said]) -> None:
    expected = slow_twin(said)
    assert counting(*said) == expected
    effects, counts = Effects(), dict[str, bool]()
    for n, one in enumerate(said):
        changed = effects.hear(made(one))
        now = set(slow_twin(said[: n + 1]))
        before, counts = counts, {identity: identity in now for identity, _, _ in said[: n + 1]}
        assert changed == {identity for identity in before if before[identity] != counts[identity]}
        assert {identity: effects.counts(identity) for identity in counts} == counts
        for identity in counts:
            undone = effects.undone_by(identity)
            assert (undone is None) == counts[identity]
            answer = effects.answer_to(identity)
            assert (answer is None) == counts[identity]
            assert answer is None or target_of(answer) == identity


def test_a_correction_of_a_correction_does_not_bring_back_the_first() -> None:
    assert counting(("a", "", ""), ("b", "a", ""), ("c", "b", "")) == ["c"]
    assert counting(("a", "", ""), ("b", "a", ""), ("c", "b", ""), ("d", "", "c")) == ["b", "d"]


def test_a_withdrawal_that_is_withdrawn_brings_back_what_it_took() -> None:
    assert counting(("a", "", ""), ("b", "", "a")) == ["b"]
    assert counting(("a", "", ""), ("b", "", "a"), ("c", "", "b")) == ["a", "c"]


def test_nobody_takes_back_what_is_said_later_or_itself() -> None:
    assert counting(("a", "b", ""), ("b", "", "b"), ("c", "", "unknown")) == ["a", "b", "c"]


def test_thousands_of_corrections_are_no_burden() -> None:
    chain = [made((f"{n}", f"{n - 1}" if n else "", "")) for n in range(3000)]
    assert [s.id for s in in_effect(chain)] == ["2999"]


def test_each_of_a_chain_has_its_own_correction() -> None:
    effects = Effects()
    for one in (("a", "", ""), ("b", "a", ""), ("c", "b", "")):
        effects.hear(made(one))
    answers = [effects.answer_to(identity) for identity in "abc"]
    assert [answer and answer.id for answer in answers] == ["b", "c", None]
