"""Every error Cryogate raises, as one tree.

    CryogateError
    ├── ConfigurationError      the configuration file is wrong; says where and what was expected
    ├── InputError              a file or value that a person gave is wrong; says where
    │   └── TooSoon             somebody has to wait, and is told how long
    ├── LinkDown                a port, broker or server does not answer; it is tried again
    │   └── NotYet              nothing failed: so many messages a minute, and this is one more
    ├── Rejected                the outside world will never take it; it is parked
    ├── JournalError            the journal cannot be read or written
    │   ├── JournalFull         no room on the disk
    │   ├── Outdated            somebody stated something after what was looked at
    │   └── ArchiveFileMissing  a file of the archive is not there
    ├── StatementError          a statement is damaged, of a newer version, or not what its kind asks for
    ├── EvidenceError           the evidence log, or what was shown of one, is not what it has to be
    ├── CodeError               a traceability code breaks its scheme's rules
    ├── NotRunning              no gateway answers on the control socket
    └── Declined                the API of a gateway refused what it was asked

A message says what, where, and what the operator does next.
"""


class CryogateError(Exception):
    """Anything Cryogate raises on purpose."""


class ConfigurationError(CryogateError):
    """The configuration is wrong. `problems` holds every mistake, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class InputError(CryogateError):
    """A file or value that a person gave cannot be used."""


class TooSoon(InputError):
    """Nothing is looked at before `after_s` have passed."""

    def __init__(self, message: str, after_s: int) -> None:
        super().__init__(message)
        self.after_s = after_s


class LinkDown(CryogateError):
    """A port or a broker does not answer. `after_s`: it asked not to be tried again before that."""

    def __init__(self, message: str, after_s: float = 0.0) -> None:
        super().__init__(message)
        self.after_s = after_s


class NotYet(LinkDown):
    """We send no faster than the outside world takes it: a message waits for its turn."""


class Rejected(CryogateError):
    """The outside world will never take it, however often it is tried."""


class JournalError(CryogateError):
    """The journal cannot be read or written."""


class JournalFull(JournalError):
    """There is no room left where the journal lives."""


class Outdated(JournalError):
    """Somebody stated something after what was looked at: nothing was written."""


class ArchiveFileMissing(JournalError):
    """A file of the archive, `file`, is not where the index says."""

    def __init__(self, message: str, file: str) -> None:
        super().__init__(message)
        self.file = file


class StatementError(CryogateError):
    """A statement cannot be read or made: damaged, of a newer version, too long. `why`: to who makes it."""

    def __init__(self, message: str, why: str = "") -> None:
        super().__init__(message)
        self.why = why or message


class EvidenceError(CryogateError):
    """The evidence log, or what somebody shows of one, is damaged, changed, or of another log."""


class CodeError(CryogateError):
    """A traceability code breaks the rules of its scheme."""


class Declined(CryogateError):
    """The API of a gateway refused what it was asked, with an HTTP `status`."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class NotRunning(CryogateError):
    """No gateway answers on the control socket."""
