"""A paper as one self-contained HTML page made to be printed."""

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
