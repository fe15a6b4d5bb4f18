"""The manual says the same in both languages, and names only what stands on a page or is a command."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from gateway.cli.listing import COMMANDS
from gateway.pages.languages import words_in
from gateway.pages.manual import HELPS, OPERATORS, QUALITY, Manual, pictures_in
from gateway.pages.messages import messages
from gateway.pages.place import FOLDER, MANUAL
from gateway.pages.routes import OPEN, PAGES

TASKS = (*OPERATORS, *QUALITY)
BOLD = re.compile(r"\*\*([^*]+)\*\*")
PICTURE = re.compile(r"!\[([^\]]+)\]\(([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)]+)\)")
COMMAND = re.compile(r"`cryogate\s([\w-]+)")
SAME = {"CSV", "Parquet", "PNG"}
LARGEST = 60_000  # bytes of a picture: a page of the manual opens on a phone, too


def text(language: str, task: str) -> str:
    return (MANUAL / language / f"{task}.md").read_text(encoding="utf-8")


def words(language: str) -> set[str]:
    """What the pages say in it."""
    if language == "en":
        return {one for message in messages() for one in ([message] if isinstance(message, str) else message)}
    known = words_in(FOLDER / "words")["zh_Hans"].texts.values()
    return set(chain.from_iterable([one] if isinstance(one, str) else one for one in known))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_there_is_a_page_for_each_task_and_a_task_for_each_page(language: str) -> None:
    assert {path.stem for path in (MANUAL / language).glob("*.md")} == set(TASKS)
    assert set(HELPS.values()) <= set(TASKS)
    assert {*PAGES.values(), *OPEN.values()} - {"components", "logged-in", "offline"} == set(HELPS)


@pytest.mark.parametrize("task", TASKS)
def test_both_languages_have_the_same_parts_and_pictures(task: str) -> None:
    en, zh = text("en", task), text("zh", task)
    heads = [[line.split()[0] for line in one.splitlines() if line.startswith("#")] for one in (en, zh)]
    assert heads[0] == heads[1] == ["#", "##", "##", "##", "##"]
    pictures = [[source.rsplit("/", 1)[1] for _, source in PICTURE.findall(one)] for one in (en, zh)]
    assert pictures[0] == pictures[1] != []
    assert LINK.findall(en) == LINK.findall(zh)
    assert COMMAND.findall(en) == COMMAND.findall(zh)
    assert en.count("\n* ") == zh.count("\n* ")
    assert len(re.findall(r"^\d+\. ", en, re.MULTILINE)) == len(re.findall(r"^\d+\. ", zh, re.MULTILINE))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_bold_stands_on_a_page(language: str) -> None:
    """But a sentence, which begins what to do in trouble."""
    known = words(language) | SAME
    bold = {(task, " ".join(one.split())) for task in TASKS for one in BOLD.findall(text(language, task))}
    buttons = {(task, one) for task, one in bold if not one.endswith((".", "?", "。", "？"))}
    assert len(buttons) > 60
    assert {(task, one) for task, one in buttons if one not in known} == set()


def test_commands_that_it_names_are_there() -> None:
    named = {one for task in TASKS for one in COMMAND.findall(text("en", task))}
    assert len(named) > 10 and named - COMMANDS.keys() == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_its_pictures_and_links_are_there_and_small(language: str) -> None:
    for task in TASKS:
        for alternative, source in PICTURE.findall(text(language, task)):
            assert source.startswith(f"../pictures/{language}/") and alternative
            assert (MANUAL / language / source).stat().st_size < LARGEST, source
        for link in LINK.findall(text(language, task)):
            assert link.removesuffix(".md") in TASKS, link
    named = {source for task in TASKS for _, source in PICTURE.findall(text(language, task))}
    assert {
        f"../pictures/{language}/{path.name}" for path in (MANUAL / "pictures" / language).iterdir()
    } == named


def test_it_becomes_pages_without_html_of_its_own(tmp_path: Path) -> None:
    for language in ("en", "zh"):
        (tmp_path / language).mkdir()
        for task in TASKS:
            page = "# A <b>title</b>\n\n![a](../pictures/en/a.webp) [b](drills.md) <script>c</script>\n"
            (tmp_path / language / f"{task}.md").write_text(page)
    shown = Manual(tmp_path, lambda name: f"/static/1/{name}").tasks["zh_Hans"]["drills"]
    assert shown.title == "A <b>title</b>"
    assert '<img src="/static/1/manual/en/a.webp" alt="a"' in shown.body
    assert '<a href="/manual/drills">b</a> &lt;script&gt;c&lt;/script&gt;' in shown.body
    assert "<h1>A &lt;b&gt;title&lt;/b&gt;</h1>" in shown.body
    assert pictures_in(tmp_path) == {}
