"""Files that a configuration names and that are read later: certificates, passwords, tokens.

A gateway starts without them and says what is missing, for nobody would watch anything otherwise. `check` and
`doctor` look for them before. Fields of options with metadata {"reads": True} name such a file; those with
{"secret": True} one that only the gateway's user may read.
"""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from gateway.config.types import Configuration
from gateway.dataclass import dataclass
from gateway.journal import signing_key
from gateway.regular import open_regular

READS: Final = "reads"
SECRET: Final = "secret"
LONGEST_LINE: Final = 65_535  # bytes; a password that MQTT can send
LINES: Final = ("password_file", "secret_file", "token_file", "url_file")  # keys of secrets of one line
AUTHORITY: Final = "ca_file"  # how the keys of its certificates end
CERTIFICATE: Final = ".certificate_file"  # ours, and beside it its key
PRIVATE: Final = ".key_file"
CHAIN: Final = ".chain_key_file"


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file, the key of the configuration that names it, and whether it holds a secret."""

    key: str
    path: Path
    is_secret: bool


def named_files(configuration: Configuration) -> Iterator[NamedFile]:
    """In the order of the journal, pages, sources, sinks, notifiers, heartbeats, peers."""
    yield from _within(configuration.journal, "journal")
    yield from _within(configuration.pages, "pages")
    sections = {
        "sources": configuration.sources,
        "sinks": configuration.sinks,
        "notifiers": configuration.notifiers,
        "heartbeat": configuration.heartbeat,
        "peers": configuration.peers,
    }
    for section, plug_ins in sections.items():
        for name, plug_in in plug_ins.items():
            yield from _within(plug_in.options, f"{section}.{name}")


def missing(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Key and reason of each that cannot be read, by the user who asks."""
    yield from unreadable((named.key, named.path) for named in named_files(configuration))


def unreadable(named: Iterable[tuple[str, Path]]) -> Iterator[tuple[str, str]]:
    """The same of files by the key that names them; certificates of an authority are looked for, too."""
    sound: dict[str, Path] = {}
    for key, path in named:
        try:
            with open_regular(path) as file:
                line = file.readline(LONGEST_LINE + 1)
        except OSError as error:
            yield key, f"{path} cannot be read: {error.strerror}"
        except ValueError as error:
            yield key, f"{str(path)!r} is no path: {error}"
        else:
            if key.endswith(AUTHORITY) and not _has_certificates(path):
                yield key, f"{path} holds no certificate: expected those of the authority, in PEM"
            if key.endswith(LINES) and not _is_text(line):
                yield key, f"{path}: its first line is no text; paste the secret alone into it"
            if key.endswith(CHAIN) and (why := signing_key.why_no_key(path)):
                yield key, why
            sound[key] = path
    for key, certificate in sound.items():
        pair = sound.get(key.removesuffix(CERTIFICATE) + PRIVATE)
        if key.endswith(CERTIFICATE) and pair is not None and (why := _why_no_pair(certificate, pair)):
            yield key, why


def _why_no_pair(certificate: Path, key: Path) -> str:
    """Why a broker cannot be told who we are by them; empty: it can."""
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password="")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            return f"{key} is not the key of {certificate}: give those that belong together"
        return f"{certificate} and {key}: expected a certificate and its key without a password, in PEM"
    return ""


def _is_text(line: bytes) -> bool:
    try:
        return len(line) <= LONGEST_LINE and "\0" not in line.decode()
    except UnicodeDecodeError:
        return False


def _has_certificates(path: Path) -> bool:
    import ssl  # only where there is something to look at

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return False
    return True


def exposed(configuration: Configuration) -> Iterator[tuple[str, str, str]]:
    """Secrets that every user of this machine may read: key, what is wrong, what to do."""
    for named in named_files(configuration):
        if named.is_secret and _is_public(named.path):
            do = f"chmod o-rwx {named.path}; give it to the gateway's user"
            yield named.key, f"every user of this machine may read {named.path}", do


def _is_public(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except (OSError, ValueError):
        return False


def _within(options: Any, key: str) -> Iterator[NamedFile]:
    if isinstance(options, tuple):
        for i, one in enumerate(options):
            yield from _within(one, f"{key}[{i}]")
    elif dataclasses.is_dataclass(options):
        for field in dataclasses.fields(options):
            value, where = getattr(options, field.name), f"{key}.{field.name}"
            if READS in field.metadata and value is not None:
                yield NamedFile(where, Path(value), SECRET in field.metadata)
            else:
                yield from _within(value, where)
