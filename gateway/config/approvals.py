"""What has to be signed before it counts, and what is left out of a configuration until it is."""

from __future__ import annotations

from typing import Final

from gateway.dataclass import dataclass

MOST_APPROVALS: Final = 5  # people
MOST_DAYS: Final = 366  # what is due later is in no worklist of a year


@dataclass(frozen=True, slots=True)
class SignatureOptions:
    """What has to be signed before it counts."""

    profile_approvals: int = 0  # people who sign a version of a profile as approved; 0: none is needed
    review_within_days: int = 30  # in which the review of an excursion is to be approved

    def __post_init__(self) -> None:
        if not 1 <= self.review_within_days <= MOST_DAYS:
            raise ValueError(f"review_within_days is a number of days, from 1 to {MOST_DAYS}")
        if not 0 <= self.profile_approvals <= MOST_APPROVALS:
            raise ValueError(f"profile_approvals is a number of people, from 0 to {MOST_APPROVALS}")


@dataclass(frozen=True, slots=True)
class Unapproved:
    """A version of a profile that the file has, and that is not in force: too few people signed it."""

    profile: str
    version: str
    signed_by: tuple[str, ...]  # accounts
    needed: int

    @property
    def words(self) -> str:
        who = f" ({', '.join(self.signed_by)})" if self.signed_by else ""
        return (
            f"profile {self.profile} version {self.version} is approved by {len(self.signed_by)} of "
            f"{self.needed} people{who} and not in force: sign it with `cryogate sign profile {self.profile} "
            f"{self.version} --meaning approved`, and start the gateway again"
        )
