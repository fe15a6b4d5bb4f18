"""Signing a record electronically: who proved who they are at this moment, what it means, and of what."""

from __future__ import annotations

from typing import Final

from gateway.accounts.accounts import Accounts
from gateway.accounts.login import WRONG, Attempt, Refused
from gateway.accounts.register import Account
from gateway.commands import logins
from gateway.commands.author import Author
from gateway.commands.desk import Desk, Stated
from gateway.commands.reviewing import check_approval
from gateway.commands.second import check_second
from gateway.config.timeline import names_of
from gateway.dataclass import dataclass
from gateway.errors import InputError
from gateway.journal.records import Records
from gateway.published.labels import labels_of
from gateway.questions.approvals import APPROVED
from gateway.questions.reviews import REVIEW, round_of
from gateway.questions.signatures import signatures
from gateway.questions.signed_records import PROFILE, SignedRecord, Sources, proposal_of
from gateway.rights.principal import Principal
from gateway.rights.table import actions_of
from gateway.statements import Statement, signature
from gateway.statements.signature import MEANINGS, Signature

ACTION: Final = "record.sign"
APPROVE: Final = "profile.approve"
PROVE: Final = (
    "log in at the provider again first, by GET /api/v1/openid/begin?again=true in the browser; that is good "
    "for one signature within two minutes"
)


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody proved to be the owner of an account, just now, by password or passkey."""

    account: str
    printed: str  # the name as it is printed beside the signature
    authenticated: str  # by what


@dataclass(frozen=True, slots=True)
class SignedNow:
    """The record that was signed, and what stands in the journal."""

    record: SignedRecord
    stated: Stated


def sign(
    desk: Desk,
    records: Records | None,
    author: Author,
    proof: Proof,
    record: tuple[str, ...],
    meaning: str,
    seen: str = "",
) -> SignedNow:
    """`record`: its words, like ("alarm", "E-7Q2M"). `seen`: digest of what the person looked at; empty: any.

    Raises InputError where it is no record, where it changed since the person looked at it, or where the
    account signed this revision with this meaning already.
    """
    if meaning not in MEANINGS:
        raise InputError(f"a signature means {', '.join(MEANINGS[:-1])} or {MEANINGS[-1]}, not {meaning!r}")
    found: list[SignedRecord] = []

    def look() -> list[Statement]:
        sources = Sources(desk.journal, records, desk.configuration.document)
        now = sources.record(*record)
        if seen and seen != now.digest:
            raise InputError(
                f"{now.name} changed since it was looked at: look again, and sign what it is now"
            )
        who = (proof.account, proof.printed, proof.authenticated)
        said = Signature(now.name, now.revision, now.digest, meaning, *who, now.names)
        _check_new(sources, said)
        found.append(now)
        return [desk.draft(signature, said, author, desk.clock.now_ns())]

    stated = desk.state(look)
    return SignedNow(found[-1], stated)


def prove_and_sign(
    desk: Desk,
    accounts: Accounts,
    records: Records | None,
    attempt: Attempt,
    origin: str,
    record: tuple[str, ...],
    meaning: str,
    seen: str = "",
) -> SignedNow:
    """The same for who gives the password and second factor of an account now. Raises InputError."""
    proven = logins.prove(desk, accounts, attempt)
    if isinstance(proven, Refused):
        raise logins.too_soon(proven.wait_s) if proven.wait_s else InputError(f"not signed: {WRONG}")
    now = Sources(desk.journal, records, desk.configuration.document).record(*record)
    author = logins.author_of(desk, proven.account.id, origin)
    _check_may(desk, proven.account, author, now, meaning)
    proof = Proof(proven.account.id, author.name, proven.authenticated)
    return sign(desk, records, author, proof, record, meaning, seen)


def sign_after_openid(
    desk: Desk,
    accounts: Accounts,
    records: Records | None,
    who: Principal,
    origin: str,
    record: tuple[str, ...],
    meaning: str,
    seen: str = "",
) -> SignedNow:
    """The same for who logged in again at the provider, just now and for this session. Raises InputError."""
    if not accounts.openid.use_proof(who.session, desk.clock.now_ns()):
        raise InputError(f"not signed: {PROVE}")
    account = accounts.register.known(who.account)
    now = Sources(desk.journal, records, desk.configuration.document).record(*record)
    author = logins.author_of(desk, account.id, origin)
    _check_may(desk, account, author, now, meaning)
    proof = Proof(account.id, author.name, who.authenticated)
    return sign(desk, records, author, proof, record, meaning, seen)


def _check_may(desk: Desk, account: Account, author: Author, record: SignedRecord, meaning: str) -> None:
    """Raises InputError where the roles or the sites of the account do not reach the record."""
    actions = actions_of(account.roles)
    if ACTION not in actions:
        raise InputError(f"{account.id} may not sign: ask an administrator for a role that may")
    now, sections = names_of(desk.journal).today, ("assets", "channels")
    names = (now(section, name) for name in record.names for section in sections)
    site = labels_of(desk.configuration).site_of(*names)
    if account.sites is not None and site not in {now("sites", name) for name in account.sites}:
        raise InputError(f"{account.id} may sign what is at {', '.join(account.sites)}: this is not there")
    if record.name.startswith(f"{PROFILE} ") and meaning == APPROVED:
        _check_may_approve(desk, account, author, record)
    if record.name.startswith(f"{REVIEW} "):
        _check_review(desk, account, author, record, meaning)


def _check_review(desk: Desk, account: Account, author: Author, record: SignedRecord, meaning: str) -> None:
    found = round_of(desk.journal, record.name.partition(" ")[2], record.revision)
    if found is None or not found[0].step:
        raise InputError(f"nothing is said in the {record.name} yet: there is nothing to sign")
    if meaning == APPROVED:
        check_approval(desk, account.id, actions_of(account.roles), author, found[0])


def _check_may_approve(desk: Desk, account: Account, author: Author, record: SignedRecord) -> None:
    """By a role that may; where one approval is enough, not by who proposed the version."""
    if APPROVE not in actions_of(account.roles):
        raise InputError(
            f"{account.id} may not approve limits: that takes the role quality or qualified-person; "
            "the signature may mean reviewed or responsible"
        )
    asked = proposal_of(desk.journal, record.name)
    if asked is not None and desk.configuration.signatures.profile_approvals == 1:
        check_second(desk, asked, author)


def _check_new(sources: Sources, said: Signature) -> None:
    for other in signatures(sources, said.record):
        if (other.said.account, other.said.meaning) == (said.account, said.meaning) and (
            other.said.digest == said.digest
        ):
            raise InputError(
                f"{said.account} signed {said.record} as {said.meaning} already: {other.statement.id}"
            )
