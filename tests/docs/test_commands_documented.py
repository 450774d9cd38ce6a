"""Every command has a place in the documents, and every command that a document or a message names exists, with its options."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from visavis.cli.app import app

HOUSE = Path(__file__).resolve().parents[2]
PAGES = (HOUSE / "README.md", HOUSE / "CHANGELOG.md", HOUSE / "CONTRIBUTING.md", *sorted((HOUSE / "docs").rglob("*.md")))
TEXTS = (*PAGES, *sorted((HOUSE / "src").rglob("*.py")))
ROOT = typer.main.get_command(app)


def inner(command):
    """Return the commands of a group by name; none of a command that does something."""
    return getattr(command, "commands", {})


def leaves(command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Return the words of every command that does something."""
    if not inner(command):
        yield words
    for name, one in inner(command).items():
        yield from leaves(one, (*words, name))


def mentions(text: str) -> Iterator[str]:
    """Return what a text writes as a command: `visavis …` in backquotes, after a prompt or after an indent, up to its end."""
    joined = text.replace("\\\n", " ")
    yield from re.findall(r"(?:`|^\$ |^ {4}|^)visavis ([^`\n{|]+)", joined, re.MULTILINE)


@pytest.mark.parametrize("words", [*leaves(ROOT)], ids=" ".join)
def test_every_command_is_in_the_documents(words):
    written = [" ".join(said.split()) for page in PAGES for said in mentions(page.read_text(encoding="utf-8"))]
    assert any(said.startswith(" ".join(words)) for said in written)


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: str(file.relative_to(HOUSE)))
def test_every_command_and_option_that_a_text_names_exists(file):
    for said in mentions(file.read_text(encoding="utf-8")):
        command, rest = ROOT, said.partition("  #")[0].split()
        while rest and rest[0] in inner(command):
            command = inner(command)[rest.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        assert command is not ROOT or rest[0][0] in "-…", said
        assert [word for word in rest if re.fullmatch(r"--[a-z-]+", word) and word not in known] == [], said
