"""`cryogate review`: reviews of excursions: what is due, what was said in one, and saying it."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from gateway.cli.listing import Whole
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.review_screen import review_lines, said_words, worklist_lines
from gateway.cli.saying import By, Corrects, Reason, answer, remark_on, said_by
from gateway.cli.sign import OfAccount, Secrets, sign_now
from gateway.cli.terminal import print_json, say
from gateway.commands.author import at_this_box
from gateway.commands.desk import Desk, open_desk
from gateway.commands.reviewing import Decision, assess, decide
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal.journal import Journal
from gateway.journal.opened import open_records
from gateway.published.labels import labels_of
from gateway.questions.approvals import APPROVED
from gateway.questions.history import find
from gateway.questions.review_rows import SCHEMA, plain, worklist
from gateway.questions.reviews import REVIEW, need_excursion, reviewed
from gateway.statements import assessment, disposition

WHAT: Final = "what happened? give --assessment TEXT, or --as-before to say again what was said"
AS: Final = f"{', '.join(disposition.DECISIONS)}."


class Reviewing(Whole):
    """`review E-7Q2M` shows one, `review --open` lists; `review E-7Q2M assess` is `review assess E-7Q2M`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _in_order(args, set(self.commands)))


def _in_order(args: list[str], known: set[str]) -> list[str]:
    if not args or args[0] in known or args[0] == "--help":
        return args
    if args[0].startswith("-"):
        return ["list", *args]
    if len(args) > 1 and args[1] in known:
        return [args[1], args[0], *args[2:]]
    return ["show", *args]


HELP: Final = """Reviews of excursions: what is due, and what is decided.

Examples: cryogate review --open; cryogate review E-7Q2M; cryogate review E-7Q2M approve --account wang.wei
"""
review = typer.Typer(cls=Reviewing, no_args_is_help=True, help=HELP)
Excursion = Annotated[
    str, typer.Argument(metavar="EXCURSION", help="The id of its alarm, or as much of it as is unique.")
]
AsBefore = Annotated[
    bool, typer.Option("--as-before", help="Say again what was said in the revision before.")
]


def add_to(app: typer.Typer) -> None:
    review.command(name="list")(list_reviews)
    review.command()(show)
    review.command(name="assess")(assess_)
    review.command()(dispose)
    review.command()(approve)
    app.add_typer(review, name="review")


def list_reviews(
    only_open: Annotated[
        bool, typer.Option("--open", help="Those that need somebody, the first that is due at the top.")
    ] = False,
    site: Annotated[str, typer.Option("--site", help="Of this site alone.")] = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Reviews of excursions with state, units without a disposition, and the day on which they are due.

    Examples: cryogate review --open; cryogate review list --site lab --json
    """
    configuration = load(config)
    with open_records(configuration.data_dir) as records, open_desk(configuration) as desk:
        now_ns = desk.clock.now_ns()
        found = worklist(desk.journal, records, configuration, now_ns, every=not only_open)
    shown = [row for row in found if site in ("", row["site"])]
    if as_json:
        print_json({"schema": SCHEMA, "reviews": shown})
        return
    for line in worklist_lines(shown, labels_of(configuration)):
        typer.echo(line)


def show(excursion: Excursion, config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """The review of an excursion: what was said by whom, each unit, signatures, and what changed since.

    Examples: cryogate review E-7Q2M; cryogate review E-7Q2M --json
    """
    configuration = load(config)
    path = configuration.data_dir / "journal.sqlite"
    with open_records(configuration.data_dir) as records, Journal.open_reading(path) as journal:
        row = find(records, excursion)
        need_excursion(row)
        found = reviewed(journal, row.id)
    if found is None:
        raise InputError(f"the journal has nothing about {row.id} yet; try again in a moment")
    told = plain(found, configuration.signatures.review_within_days)
    if as_json:
        print_json(told)
        return
    for line in review_lines(told, labels_of(configuration)):
        typer.echo(line)


def assess_(
    excursion: Excursion,
    by: By,
    text: Annotated[str, typer.Option("--assessment", help="What happened, and what it means.")] = "",
    root_cause: Annotated[str, typer.Option("--root-cause", help="Why it came.")] = "",
    deviation: Annotated[str, typer.Option("--deviation", help="Its number in the quality system.")] = "",
    capa: Annotated[str, typer.Option("--capa", help="Number of the corrective action.")] = "",
    as_before: AsBefore = False,
    corrects: Corrects = None,
    reason: Reason = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say what happened, why, and under which numbers it is kept; once for each revision, then corrected.

    Examples: cryogate review E-7Q2M assess --by "Li Na" --assessment "lid open during transfer" --root-cause
    "dock 3 had no stand" --deviation DEV-26-014 --capa CAPA-26-003; cryogate review E-7Q2M assess --as-before
    --by "Li Na"
    """
    if as_before == bool(text.strip()):
        raise InputError(WHAT)
    configuration = load(config)
    with open_records(configuration.data_dir) as records, open_desk(configuration) as desk:
        row = find(records, excursion)
        need_excursion(row)
        said = None if as_before else assessment.Assessment(row.id, text, root_cause, deviation, capa)
        stated = assess(desk, at_this_box(by), row, said, corrects, reason)
        _remark(desk, by, as_json)
    if as_json:
        print_json(answer(stated, excursion=row.id))
        return
    say(f"the excursion {row.id} is assessed; {said_by(stated)}")


def dispose(
    excursion: Excursion,
    by: By,
    code: Annotated[list[str] | None, typer.Argument(metavar="[CODE]...", help="Units, by code.")] = None,
    decision: Annotated[str, typer.Option("--as", help=AS)] = "",
    why: Annotated[str, typer.Option("--why", help="The reason.")] = "",
    reference: Annotated[
        list[str] | None, typer.Option("--reference", help="A document that it rests on; several.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All units without a disposition.")] = False,
    as_before: AsBefore = False,
    corrects: Corrects = None,
    reason: Reason = "",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Decide what becomes of units: use, quarantine, reject or add-back. A second person approves it.

    Examples: cryogate review E-7Q2M dispose BAG-0001 BAG-0002 --as quarantine --why "stability asked for"
    --by "Li Na"; cryogate review E-7Q2M dispose --all --as use --why "within the stability budget"
    --reference SOP-7 --by "Li Na"
    """
    said = decision_said(decision, why, reference, as_before)
    need_units(code, every)
    configuration = load(config)
    with open_records(configuration.data_dir) as records, open_desk(configuration) as desk:
        row = find(records, excursion)
        need_excursion(row)
        stated = decide(desk, at_this_box(by), row, code or (), said, corrects, reason)
        _remark(desk, by, as_json)
    if as_json:
        print_json(answer(stated, excursion=row.id, units=len(stated.new)))
        return
    say(f"{said_words(row.id, decision, len(stated.new))}; {said_by(stated)}")


def approve(
    excursion: Excursion,
    account: OfAccount,
    password_file: Secrets = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Approve a review as a second person, with an electronic signature: asks for password and code.

    It takes an account with the role qualified-person that said nothing of what it approves. The review is
    signed as it is now: `cryogate signatures --content review E-7Q2M`. Another meaning: `cryogate sign`.

    Example: cryogate review E-7Q2M approve --account wang.wei
    """
    sign_now([REVIEW, excursion], APPROVED, account, password_file, config, as_json)


def decision_said(decision: str, why: str, references: list[str] | None, as_before: bool) -> Decision | None:
    """None: as before. Raises InputError where it is neither or both."""
    if as_before == bool(decision):
        raise InputError(f"what becomes of them? give --as with one of {AS[:-1]}, or --as-before")
    if not as_before and not why.strip():
        raise InputError("say why: whoever approves it wants to know (--why TEXT)")
    return None if as_before else Decision(decision, why, tuple(references or ()))


def need_units(codes: list[str] | None, every: bool) -> None:
    """Raises InputError where it is not said of which, or twice."""
    if bool(codes) == every:
        raise InputError("of which units? name their codes, or --all for those without a disposition")


def _remark(desk: Desk, by: str, as_json: bool) -> None:
    if not as_json:
        remark_on(desk, by)
