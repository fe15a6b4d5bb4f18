"""Which words of the control room have no translation, and which translations nobody uses any more.

python scripts/words.py            lists them; 0 where there are none
python scripts/words.py alarms     writes the missing ones, untranslated, to the end of words/*/alarms.po
"""

from __future__ import annotations

import sys
from pathlib import Path

from gateway.pages.languages import ENGLISH, LANGUAGES, catalogues
from gateway.pages.messages import Id, messages
from gateway.pages.place import FOLDER

HEAD = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""


def main() -> int:
    missing = 0
    for language in (one for one in LANGUAGES if one != ENGLISH):
        folder = FOLDER / "words" / language
        said, known = messages(), {m.id: path for path, c in catalogues(folder) for m in c if m.id}
        new = {text: where for text, where in said.items() if text not in known}
        for one, where in new.items():
            print(f"{language}: no translation: {one!r} ({where})")
        for text in known.keys() - said.keys():
            print(f"{language}: not used any more: {text!r} ({known[text].name})")
        if new and len(sys.argv) > 1:
            _append(folder / f"{sys.argv[1]}.po", list(new))
        missing += len(new) + len(known.keys() - said.keys())
    return min(missing, 1)


def _append(path: Path, new: list[Id]) -> None:
    text = path.read_text() if path.exists() else HEAD
    path.write_text(text + "".join(f"\n{_entry(one)}" for one in new))


def _entry(message: Id) -> str:
    if isinstance(message, str):
        return f'msgid {_quoted(message)}\nmsgstr ""\n'
    return f'msgid {_quoted(message[0])}\nmsgid_plural {_quoted(message[1])}\nmsgstr[0] ""\n'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    sys.exit(main())
