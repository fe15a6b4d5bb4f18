"""What was decided of a unit, in the review of each excursion that it was in, and who approved it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.dossier.blocks import Block, Table
from gateway.dossier.sections import Attached
from gateway.dossier.sections.review import decided, standing
from gateway.dossier.words import Text, W

TITLE: Final = W("对它的处置", "Decisions about it")
HEAD: Final = (
    W("超限", "Excursion"), W("处置", "Disposition"), W("理由与依据", "Reason and references"),
    W("决定人", "By"), W("评审状态", "State of the review"),
)  # fmt: skip


def blocks(facts: Mapping[str, Any], attached: Sequence[Attached]) -> Iterator[Block]:  # noqa: ARG001
    if facts["decisions"]:
        yield Table(HEAD, tuple(_row(facts, one) for one in facts["decisions"]), (1.2, 1.1, 2.6, 1.9, 2.4))


def _row(facts: Mapping[str, Any], one: Mapping[str, Any]) -> tuple[Text, ...]:
    signed = [] if one["approval"] is None else [one["approval"]]
    return one["alarm"], *decided(facts, one), standing(facts, {**one, "signatures": signed})
