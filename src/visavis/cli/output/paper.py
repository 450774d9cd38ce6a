"""A paper as one self-contained HTML page made to be printed, and as a document for programs."""

from typing import TYPE_CHECKING, TextIO

from visavis.cli.output.page import environment

if TYPE_CHECKING:
    from visavis.wiring.paper import Paper


def write_paper(paper: "Paper", stream: TextIO) -> None:
    """Write the page; it holds no time but the paper's own day, so that it is the same whenever it is written again."""
    for piece in environment().get_template("paper.html.j2").generate(paper=paper):
        stream.write(piece)


def paper_page(paper: "Paper") -> str:
    """Return the page as text."""
    return environment().get_template("paper.html.j2").render(paper=paper)


def paper_document(paper: "Paper") -> dict[str, object]:
    """Return a paper as a program reads it; `open` lists what people have to write."""
    return {
        "paper": paper.kind,
        "title": paper.title,
        "day": paper.day.isoformat(),
        "parts": [
            {
                "id": part.key,
                "title": part.title,
                "facts": {fact.key: list(fact.says) for fact in part.facts},
                "open": [fact.key for fact in part.facts if fact.open],
            }
            for part in paper.parts
        ],
    }
