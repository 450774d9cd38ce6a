"""When a decision may become a label."""

from dataclasses import dataclass

from visavis.law.charter import Charter
from visavis.law.gates import Gate, No, pass_all
from visavis.law.rules import Rule

CATALOGUE = "catalogue"
"""The purpose under which names may be written beside faces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    charter: Charter
    decided: str
    candidate: str
    corrected: bool


def _catalogued(asked: _Asked) -> No | None:
    if CATALOGUE in asked.charter.purposes:
        return None
    return No(
        "the source's charter does not list the purpose catalogue: its faces get no names", "visavis source amend SOURCE --charter FILE"
    )


def _decided(asked: _Asked) -> No | None:
    if asked.decided == "same":
        return None
    return No(
        "only a candidate that people have decided to be the same gets a label",
        f'visavis review decide {asked.candidate} same --grounds "…" --as PERSON',
    )


def _corrected(asked: _Asked) -> No | None:
    if not asked.corrected:
        return None
    return No("this face was labelled so before, and it was corrected at somebody's request", "visavis request list")


LABEL_GATES: tuple[Gate[_Asked], ...] = (
    Gate(Rule.LABEL_CATALOGUE, _catalogued),
    Gate(Rule.LABEL_DECIDED, _decided),
    Gate(Rule.LABEL_CORRECTED, _corrected),
)


def check_label(charter: Charter, *, decided: str, candidate: str, corrected: bool = False) -> None:
    """Ask whether a candidate may be given a label.

    Parameters
    ----------
    charter : Charter
        Of the candidate's source.
    decided : str
        What people decided: only `same` will do.
    candidate : str
        Its id, for the remedy.
    corrected : bool
        This name was taken off this face at somebody's request.

    Raises
    ------
    RefusedError
        `label-catalogue`, `label-decided` or `label-corrected`.
    """
    pass_all(LABEL_GATES, _Asked(charter=charter, decided=decided, candidate=candidate, corrected=corrected))
