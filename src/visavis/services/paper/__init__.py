"""Papers of data-protection law, written from what the archive holds: never from a form that somebody forgot to change."""

from visavis.services.paper.breach import BreachAsked, breach
from visavis.services.paper.notice import notice
from visavis.services.paper.paper import Fact, Paper, Part, paper_document
from visavis.services.paper.register import register

__all__ = ["BreachAsked", "Fact", "Paper", "Part", "breach", "notice", "paper_document", "register"]
