"""`cryogate sign` and `signatures`: sign a record with one's account, and what became of what was signed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.accounts.accounts import open_accounts
from gateway.accounts.login import Attempt
from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.cli.reading import journal_in
from gateway.cli.saying import answer
from gateway.cli.terminal import print_json, say
from gateway.commands.desk import open_desk
from gateway.commands.signing import prove_and_sign
from gateway.config.load import load
from gateway.errors import InputError
from gateway.journal.opened import records_if_any
from gateway.published.labels import labels_of
from gateway.questions.signatures import SCHEMA, Standing, signatures
from gateway.questions.signed_records import HOW, Sources
from gateway.statements.signature import MEANINGS
from gateway.text import counted, one_line

HERE = "127.0.0.1"
COLOURS = {
    Standing.CURRENT: "green",
    Standing.OLDER: "yellow",
    Standing.GONE: "yellow",
    Standing.DIFFERS: "red",
}
OfAccount = Annotated[str, typer.Option("--account", help="The account: the id of its person.")]
Secrets = Annotated[
    Path | None, typer.Option("--password-file", help="Password and code, a line each; - is stdin.")
]
Of = Annotated[list[str] | None, typer.Argument(metavar="RECORD", help="As for `sign`; all without.")]


def add_to(app: typer.Typer) -> None:
    app.command()(sign)
    app.command("signatures")(signed)


def sign(
    record: Annotated[
        list[str],
        typer.Argument(help="alarm ID; review ID; profile NAME VERSION; statement ID.", metavar="RECORD"),
    ],
    meaning: Annotated[str, typer.Option("--meaning", help=f"{', '.join(MEANINGS)}.")],
    account: OfAccount,
    password_file: Secrets = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Sign a record electronically: asks for the password of the account, and for its code.

    What is signed is the record as it is now; when it changes, the signature is shown as one of an older
    revision. `cryogate signatures --content RECORD` prints exactly what is signed.

    Examples: cryogate sign alarm E-7Q2M --meaning reviewed --account li.na; cryogate sign profile car-t 3
    --meaning approved --account wang.wei
    """
    sign_now(record, meaning, account, password_file, config, as_json)


def sign_now(
    record: list[str], meaning: str, account: str, password_file: Path | None, config: Path, as_json: bool
) -> None:
    """Also for commands that sign one kind of record."""
    configuration = load(config)
    folder = configuration.data_dir
    with (
        open_desk(configuration) as desk,
        records_if_any(folder) as records,
        open_accounts(folder) as accounts,
    ):
        seen = Sources(desk.journal, records, configuration.document).record(*record)
        say(f"{seen.name}, revision {seen.revision}: {one_line(seen.shown)}; SHA-256 {seen.digest}", err=True)
        password, code = _secrets(password_file)
        attempt = Attempt(account, password, code, HERE)
        done = prove_and_sign(desk, accounts, records, attempt, "cli", tuple(record), meaning, seen.digest)
    if as_json:
        print_json(
            answer(done.stated, record=done.record.name, revision=done.record.revision, digest=seen.digest)
        )
        return
    say(f"signed by {done.stated.new[0].by}: {meaning}; in the journal as {done.stated.id}")


def signed(
    record: Of = None,
    content: Annotated[bool, typer.Option("--content", help="Print exactly what is signed.")] = False,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Signatures, of one record or all: by whom, when, what they mean, and whether the record is still that.

    Examples: cryogate signatures; cryogate signatures --content alarm E-7Q2M | sha256sum
    """
    configuration = load(config)
    if content and not record:
        raise InputError(f"--content of which record? {HOW}")
    with journal_in(configuration.data_dir) as journal, records_if_any(configuration.data_dir) as records:
        sources = Sources(journal, records, configuration.document)
        if content:
            sys.stdout.buffer.write(sources.record(*(record or ())).content)
            return
        name = sources.record(*record).name if record else ""
        found = list(signatures(sources, name))
    if as_json:
        print_json({"schema": SCHEMA, "signatures": [one.plain() for one in found]})
        return
    labels = labels_of(configuration)
    for one in found:
        shown = one.plain()
        for line in lines_of(shown, labels.beside(shown["stated"], labels.site_of(*one.said.names))):
            typer.echo(line)
    say(counted(len(found), "signature"))


def lines_of(of: Mapping[str, Any], when: str) -> Iterator[str]:
    """A signature, as scripts get it, on a terminal."""
    said = {name: one_line(str(value)) for name, value in of.items()}
    standing = typer.style(said["standing"], fg=COLOURS[Standing(said["standing"])])
    yield f"{said['record']}, revision {said['revision']}: {standing}"
    yield f"    {said['meaning']} by {said['printed']} ({said['account']}) {when}"
    yield f"    {said['id']}, by {said['authenticated']}; SHA-256 {said['digest']}"


def _secrets(file: Path | None) -> tuple[str, str]:
    """Password and code, typed or from a file."""
    if file is None:
        return typer.prompt("password", hide_input=True, err=True), typer.prompt("code of the app", err=True)
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: {error}") from None
    password, _, code = text.partition("\n")
    return password, code.strip()
