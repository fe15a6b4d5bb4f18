"""Chinese drug traceability code (NMPAB/T 1002-2019): 20 digits, 7 drug, 9 pack, 4 check.

The check digits are enciphered with a key that is not public, so they are never computed here: a mod-10 or
Luhn test would refuse genuine packs. Codes in use begin with 8. What can be checked is the drug: its ids, one
for each packaging level, are a list that the configuration gives.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.codes import CODE_128, DATA_MATRIX, QR_CODE, Part, bounded, read_by_scanner, shown
from gateway.dataclass import dataclass
from gateway.errors import CodeError

SYMBOLOGIES: Final = ("", CODE_128, DATA_MATRIX, QR_CODE)  # those that carry 20 digits, and no GS1 message
DRUG: Final = 7  # digits that name the drug and its packaging level
PACK: Final = 9  # digits behind them
_CODE = re.compile(r"8[0-9]{19}")
_DRUG = re.compile(r"8[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Options:
    """Which drugs are carried."""

    drug_ids: tuple[str, ...] = ()  # 7 digits each, of every packaging level; empty: any

    def __post_init__(self) -> None:
        wrong = [given for given in self.drug_ids if not _DRUG.fullmatch(given)]
        if wrong:
            raise ValueError(f"drug_ids: expected 7 digits that begin with 8, found {shown(wrong[0])}")


def parse(text: str) -> str:
    """20 digits, scanned or printed; blanks between groups, as labels print them, are taken out."""
    symbology, data = read_by_scanner(bounded(text))
    code = re.sub(r"[ \u00a0]", "", data)
    if symbology not in SYMBOLOGIES or not _CODE.fullmatch(code):
        raise CodeError(f"expected 20 digits that begin with 8, found {shown(text)}")
    return code


def parts(text: str) -> tuple[Part, ...]:
    code = parse(text)
    return (
        Part("drug_id", "drug and packaging level", code[:DRUG]),
        Part("serial", "serial number of the pack", code[DRUG : DRUG + PACK]),
        Part("check", "check digits (enciphered; they are not checked here)", code[DRUG + PACK :]),
    )


def refuse(code: str, options: Options) -> None:
    """One of a drug that is not carried: another scheme's number, or a misread one."""
    if options.drug_ids and code[:DRUG] not in options.drug_ids:
        raise CodeError(
            f"{code} is of drug id {code[:DRUG]}, which is not in codes.nmpa.drug_ids; read the code again, "
            "or add the id there"
        )
