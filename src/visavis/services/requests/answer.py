"""The end of a request: what is asked for is carried out and answered, or refused by a person; then it is closed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.law.requests import (
    EndAsked,
    Ground,
    Kind,
    RefusalAsked,
    check_answer,
    check_close,
    check_refusal,
    check_sent,
)
from visavis.records.archive import Records
from visavis.records.requests import RequestRecord
from visavis.services.requests.facts import facts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilled:
    """What was done for a request.

    Attributes
    ----------
    proof : str
        Id of what proves it: a certificate, a suppression, a withdrawal, a restriction, a correction; empty = nothing had to be changed.
    says : tuple of str
        Sentences for the person.
    files : mapping of str to bytes
        What goes with the answer, by name: a certificate.
    """

    proof: str = ""
    says: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)


Fulfil = Callable[[Actor, RequestRecord], Fulfilled]
"""Carries out one kind of request; called again after a crash, it finishes what it began and says the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An answer that has not left yet."""

    request: RequestRecord
    done: Fulfilled


class Answer:
    """Answers requests.

    Parameters
    ----------
    records : Records
    fulfil : mapping of Kind to callable
        What carries out each kind; a kind without one only lists what is held, which the law does not take for done where something is.
    """

    def __init__(self, records: Records, fulfil: Mapping[Kind, Fulfil]) -> None:
        self._records = records
        self._fulfil = fulfil

    def prepare(self, actor: Actor, wanted: str) -> Prepared:
        """Carry out what is asked for.

        Raises
        ------
        InputError
            No such request.
        RefusedError
            It is over, nobody looked, a candidate is not judged, the person's identity is not made sure of, or nothing proves that it
            was carried out. Noted in the ledger.
        """
        request = self._records.requests.one(wanted)
        with self._records.noting_refusals(actor, "disclosure", request=request.id, kind=request.kind):
            check_answer(facts_of(request))
            fulfil = self._fulfil.get(Kind(request.kind))
            done = fulfil(actor, request) if fulfil is not None else Fulfilled()
            check_sent(facts_of(request, proof=done.proof))
        return Prepared(request=self._records.requests.one(request.id), done=done)

    def send(self, actor: Actor, prepared: Prepared, sha256: bytes) -> None:
        """Put on record that an answer leaves the house; `sha256` is of its file, 32 bytes."""
        request = prepared.request
        with self._records.work(actor) as work:
            self._records.requests.decide(work, request, "answered", proof=prepared.done.proof or None, answer_sha256=sha256)
            self._records.requests.step(work, request, "answered")
            work.leaf(
                "disclosure",
                what="request-answered",
                request=request.id,
                kind=request.kind,
                sha256=sha256.hex(),
                faces=len(request.confirmed),
                days_left=(request.due - work.at.date()).days,
                **({"proof": prepared.done.proof} if prepared.done.proof else {}),
            )


class Refuse:
    """Refuses requests: always a person, never a program."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, wanted: str, *, ground: str, reasons: str, remedies: str) -> RequestRecord:
        """Refuse a request, with the reasons and remedies that the person is told.

        Raises
        ------
        InputError
            No such request or ground.
        RefusedError
            Nobody signed in, no reasons, no remedies, or the request is over.
        """
        request = self._records.requests.one(wanted)
        if ground not in set(Ground):
            known = "; ".join(f"{one} = {one.says}" for one in Ground)
            raise InputError(f"«{ground}» is no ground to refuse a request", remedy=f"--ground with one of: {known}")
        with self._records.noting_refusals(actor, "alteration", request=request.id, what="request-refusal"):
            check_refusal(RefusalAsked(actor=actor, facts=facts_of(request), reasons=reasons, remedies=remedies))
        with self._records.work(actor) as work:
            self._records.requests.decide(work, request, "refused", ground=ground)
            self._records.requests.step(work, request, "refused", note=f"{reasons.strip()}\n{remedies.strip()}")
            work.leaf("alteration", what="request-refused", request=request.id, kind=request.kind, ground=ground)
        return self._records.requests.one(request.id)


class Close:
    """Closes requests: the photograph, and whom it was likened to, die with this."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, wanted: str, *, withdrawn: str = "") -> None:
        """Close a request.

        Parameters
        ----------
        withdrawn : str
            How the person took it back, if it was neither answered nor refused.

        Raises
        ------
        InputError
            No such request, or one that is closed.
        RefusedError
            It is neither answered, refused nor taken back.
        """
        request = self._records.requests.one(wanted)
        if request.closed_at is not None:
            raise InputError(f"request {request.id} was closed on {request.closed_at:%Y-%m-%d}", remedy="visavis request list")
        with self._records.noting_refusals(actor, "alteration", request=request.id, what="request-close"):
            check_close(EndAsked(request_id=request.id, decided=bool(request.outcome), note=withdrawn))
        with self._records.work(actor) as work:
            if not request.outcome:
                self._records.requests.decide(work, request, "withdrawn")
                self._records.requests.step(work, request, "withdrawn", note=withdrawn.strip())
            self._records.requests.close(work, request)
            work.leaf("erasure", what="request-closed", request=request.id, kind=request.kind)
        self._records.erasures.seal()  # until then the log of the database still holds what was deleted
