"""The desk of requests: what the people shown ask, from the first message to the close."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from visavis.domain.arrays import RgbImage
from visavis.domain.errors import InputError
from visavis.domain.face import Box
from visavis.domain.identification import ProbePicture
from visavis.domain.media import AtHand
from visavis.index.base import VectorIndex
from visavis.law.requests import Ground, Kind, alarm
from visavis.law.roles import Act
from visavis.records.archive import Records
from visavis.records.holdings import Hint
from visavis.records.likened import RightsSearchRecord
from visavis.records.requests import RequestRecord
from visavis.services.access import AccessPackage, CutMasked, FilmDoors, Gather, Originals, Written
from visavis.services.requests import (
    Answer,
    CandidateShown,
    Close,
    Fulfil,
    Fulfilled,
    Intake,
    Look,
    Message,
    Prepared,
    Receipt,
    Rectified,
    Rectify,
    Refuse,
    RequestPictures,
    RequestSheet,
    Restrict,
    ShowRequest,
    Steps,
    Wrong,
    plain_contact,
    plain_number,
)
from visavis.wiring import build
from visavis.wiring.fulfil import fulfilments
from visavis.wiring.picking import pick
from visavis.wiring.session import Session

if TYPE_CHECKING:
    from visavis.engines.chain import Chain

__all__ = [
    "Answered", "CandidateShown", "Engines", "Fulfil", "Fulfilled", "Ground", "Kind", "Receipt", "RequestDesk", "RequestPictures",
    "RequestRecord", "RequestSheet", "RightsSearchRecord", "Wrong",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Engines:
    """What the desk borrows of the archive: reading photographs, searching, finding faces, the least similarity that is given, clips."""

    look: Callable[..., tuple[ProbePicture, ...]]
    searching: Callable[[], tuple[Records, VectorIndex]]
    chain: Callable[[], "Chain"]
    floor: Callable[[Records], float]
    cut_masked: CutMasked


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer that was written: to which file, with which SHA-256 (hexadecimal), and what is in it."""

    output: Path
    sha256: str
    written: Written


class RequestDesk:
    """Requests in one archive, as whoever is signed in.

    A request is named by its id, the end of it, a receipt's number, or where its person is reached.

    Parameters
    ----------
    session : Session
    engines : Engines
    """

    def __init__(self, session: Session, engines: Engines) -> None:
        self._session = session
        self._engines = engines

    # ---- reading -------------------------------------------------------------------------------------------------------------

    def all(self) -> list[RequestRecord]:
        """Return every request, oldest first."""
        self._session.check(Act.READ_REQUESTS)
        return self._session.records().requests.all()

    def going_on(self) -> list[RequestRecord]:
        """Return the requests that are still to be answered, oldest first."""
        self._session.check(Act.READ_REQUESTS)
        return self._session.records().requests.going_on()

    def one(self, wanted: str) -> RequestRecord:
        """Return one request by id, or end of an id, with what its person wrote."""
        self._session.check(Act.ANSWER_REQUEST)
        return self._session.records().requests.one(self._id(wanted))

    def searches(self) -> Sequence[RightsSearchRecord]:
        """Return the searches that were made for requests: how many, by whom; never whom they found."""
        self._session.check(Act.READ_REQUESTS)
        return self._session.records().requests.searches()

    def alarm(self, request: RequestRecord) -> int:
        """Return how much of its time an open request has used: 0, 50, 80 or 100 per cent."""
        return alarm(request.first_received, request.due, self._today()) if request.open else 0

    def warnings(self) -> tuple[str, ...]:
        """Return a line for each request that is late, or that still keeps a photograph after its answer."""
        lines = []
        for request in self._session.records().requests.all():
            used = self.alarm(request)
            if used:
                gone = f"overdue since {request.due}" if self._today() > request.due else f"{used} % of its time is gone, due {request.due}"
                lines.append(f"request {request.id} ({request.kind}): {gone}")
            elif not request.open and request.closed_at is None:
                lines.append(f"request {request.id} is {request.state} and not closed: what the person gave is still kept")
        return tuple(lines)

    def sheet(self, wanted: str) -> RequestSheet:
        """Return a request with its candidates to be judged; each look is in the ledger."""
        self._session.check(Act.ANSWER_REQUEST)
        settings = self._session.settings
        shown = ShowRequest(self._session.records(), build.originals(settings))
        return shown.run(self._session.actor, self._id(wanted))

    def candidate(self, wanted: str, candidate: str) -> CandidateShown | None:
        """Return one candidate of a sheet that was looked at, by its id; None = it is not there."""
        self._session.check(Act.ANSWER_REQUEST)
        shown = ShowRequest(self._session.records(), build.originals(self._session.settings))
        return shown.one(self._id(wanted), candidate)

    def pictures(self, wanted: str) -> RequestPictures:
        """Return the faces that were searched with, and the photographs that came with messages, of a sheet that was looked at."""
        self._session.check(Act.ANSWER_REQUEST)
        return ShowRequest(self._session.records(), build.originals(self._session.settings)).pictures(self._id(wanted))

    def correctable(self, wanted: str) -> list[Wrong]:
        """Return the names and decisions on the confirmed faces of a request that `correct` takes off."""
        self._session.check(Act.ANSWER_REQUEST)
        records = self._session.records()
        return Rectify(records).open_to(records.requests.one(self._id(wanted)))

    # ---- steps ---------------------------------------------------------------------------------------------------------------

    def open(  # noqa: PLR0913 - what a message says, all keyword-only
        self,
        *,
        contacts: Sequence[str],
        channel: str,
        kind: str = "",
        text: str = "",
        received: dt.date | None = None,
        representative: str = "",
        mandate: str = "",
        apart: bool = False,
    ) -> Receipt:
        """Write a message down: a new request, or one more message of one that is open.

        Raises
        ------
        InputError
            Nowhere to reach the person, no channel, a day that is still to come, or neither a kind nor an open request.
        """
        self._session.check(Act.RECEIVE_REQUEST)
        message = Message(
            actor=self._session.actor,
            kind=kind,
            contacts=tuple(contacts),
            channel=channel,
            text=text,
            received=received,
            representative=representative,
            mandate=mandate,
            apart=apart,
        )
        return Intake(self._session.records(), self._session.rules).run(message)

    def look_by_photo(self, wanted: str, photos: Sequence[Path | str | ProbePicture], *, faces: Sequence[int] = ()) -> int:
        """Search every source with photographs that the person gave, read already or not; return how many candidates are new.

        Raises
        ------
        SeveralFacesInProbe
            A photograph shows several faces and none was picked.
        RefusedError
            Not a rights clerk, the request is over, or was searched with a photograph before.
        """
        self._session.check(Act.SEARCH_FOR_REQUEST)
        pictures = tuple(photo if isinstance(photo, ProbePicture) else self._engines.look(photo)[0] for photo in photos)
        probes = pick(pictures, faces=tuple(faces), one_person=True)
        records, index = self._engines.searching()
        floor = self._engines.floor(records)
        return Look(records, self._session.rules).by_photo(self._session.actor, self._id(wanted), probes, index, floor=floor)

    def look_by_hint(  # noqa: PLR0913 - what a person may say of a picture, all keyword-only
        self,
        wanted: str,
        *,
        file: Path | None = None,
        name: str = "",
        url: str = "",
        asset: str = "",
        day: dt.date | None = None,
        place: str = "",
    ) -> int:
        """Look for the pictures that the person names; return how many faces in them are new candidates.

        Parameters
        ----------
        file : path or None
            A copy of the picture, or its name.
        name : str
            Its name, where no file of this machine is meant.
        url : str
            Where they saw it; nothing is fetched, the name of its file counts.
        """
        self._session.check(Act.ANSWER_REQUEST)
        copy = file is not None and file.is_file()
        called = name if file is None or copy else str(file)
        called = unquote(urlsplit(url).path).rpartition("/")[2] if url else called
        digest = hashlib.sha256(file.read_bytes()).digest() if file is not None and copy else None
        how = "url" if url else "file" if file or name else "asset" if asset else "place"
        hint = Hint(sha256=digest, name=called, asset_id=asset, day=day, place=place)
        return Look(self._session.records(), self._session.rules).by_hint(self._session.actor, self._id(wanted), hint, how=how)

    def doubt(self, wanted: str, why: str) -> None:
        """Note a reasonable doubt about who asks: what is shown to settle it is seen, and nothing of it is kept."""
        self._steps().doubt(self._session.actor, self._id(wanted), why)

    def identity(self, wanted: str, means: str) -> None:
        """Note how staff made sure that who asks is who is shown."""
        self._steps().identity(self._session.actor, self._id(wanted), means)

    def extend(self, wanted: str, reasons: str, *, told: dt.date | None = None) -> dt.date:
        """Take the pack's longer time, the person having been told; return the new day."""
        return self._steps().extend(self._session.actor, self._id(wanted), reasons, told=told)

    def pause(self, wanted: str, reasons: str, *, day: dt.date | None = None) -> dt.date:
        """Stop the clock while the person is asked for something, where the pack knows that."""
        return self._steps().pause(self._session.actor, self._id(wanted), reasons, day=day)

    def resume(self, wanted: str, *, day: dt.date | None = None) -> dt.date:
        """Let a clock that was stopped go on; return the new day."""
        return self._steps().resume(self._session.actor, self._id(wanted), day=day)

    def confirm(self, wanted: str, candidates: Sequence[str]) -> RequestRecord:
        """Confirm that candidates are who asks."""
        return self._steps().judge(self._session.actor, self._id(wanted), candidates, says="confirmed")

    def reject(self, wanted: str, candidates: Sequence[str]) -> RequestRecord:
        """Say that candidates are somebody else; none named = every one that waits."""
        return self._steps().judge(self._session.actor, self._id(wanted), candidates, says="rejected")

    def correct(self, wanted: str, wrong: str, *, because: str) -> str:
        """Take a wrong label, or the decision on a candidate, off a face for good; return the correction's id."""
        self._session.check(Act.ANSWER_REQUEST)
        return Rectify(self._session.records()).run(self._session.actor, self._id(wanted), wrong, because=because)

    def lift(self, wanted: str, note: str) -> int:
        """End the restriction that a request brought; return how many faces are shown again."""
        return self._steps().lift(self._session.actor, self._id(wanted), note)

    # ---- the end -------------------------------------------------------------------------------------------------------------

    def answer(self, wanted: str, output: Path) -> Answered:
        """Carry out what is asked for and write the answer; the file appears when its hash is in the ledger.

        Raises
        ------
        RefusedError
            The request is over, nobody looked, a candidate is not judged, the person's identity is not made sure of, or nothing proves
            that it was carried out.
        InputError
            The file can't be written.
        """
        self._session.check(Act.ANSWER_REQUEST)
        records = self._session.records()
        answer = Answer(records, self._fulfilments(records))
        prepared = answer.prepare(self._session.actor, self._id(wanted))
        part = output.with_name(output.name + ".part")
        try:
            written = self._write(records, prepared, part)
            with part.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").digest()
            answer.send(self._session.actor, prepared, digest)
            part.replace(output)
        except OSError as error:
            raise InputError(f"can't write {output}: {error.strerror}", remedy="choose another --output") from error
        finally:
            part.unlink(missing_ok=True)
        return Answered(output=output, sha256=digest.hex(), written=written)

    def refuse(self, wanted: str, *, ground: str, reasons: str, remedies: str) -> RequestRecord:
        """Refuse a request, as a person who signed in, with what the person is told."""
        self._session.check(Act.ANSWER_REQUEST)
        return Refuse(self._session.records()).run(self._session.actor, self._id(wanted), ground=ground, reasons=reasons, remedies=remedies)

    def close(self, wanted: str, *, withdrawn: str = "") -> None:
        """Close a request: the photograph, and whom it was likened to, die with this."""
        self._session.check(Act.ANSWER_REQUEST)
        Close(self._session.records()).run(self._session.actor, self._id(wanted), withdrawn=withdrawn)

    # ---- parts ---------------------------------------------------------------------------------------------------------------

    def _write(self, records: Records, prepared: Prepared, part: Path) -> Written:
        settings, request = self._session.settings, prepared.request
        films = FilmDoors(open_stream=build.stream_opener(settings), cut=self._engines.cut_masked, find_faces=self._find_faces)
        originals = Originals(
            open_file=build.file_opener(settings), limits=build.limits(settings), find_faces=self._find_faces, films=films
        )
        package = AccessPackage(records, Gather(records, self._session.rules), originals)
        reached = [plain_contact(contact) for contact in request.contacts]
        others = [one for one in records.requests.of_person(reached) if one.id != request.id]
        with part.open("wb") as stream:
            return package.write(request, others, stream, says=prepared.done.says, files=prepared.done.files)

    def _find_faces(self, image_rgb: RgbImage) -> Sequence[Box]:
        return self._engines.chain().boxes(AtHand(image_rgb))

    def _fulfilments(self, records: Records) -> dict[Kind, Fulfil]:
        own: dict[Kind, Fulfil] = {Kind.RESTRICTION: Restrict(records).run, Kind.RECTIFICATION: Rectified(records).run}
        return own | fulfilments(records, self._session.settings)

    def _id(self, wanted: str) -> str:
        """Return the id of the request that is meant: by id or end of it, a receipt's number, or where its person is reached."""
        requests = self._session.records().requests
        going_on = [one.id for one in requests.of_person([plain_contact(wanted)]) if one.closed_at is None]
        if len(going_on) > 1:
            raise InputError("this person has several requests going on", remedy="name one of them: " + ", ".join(going_on))
        sent = self._session.records().receipts.find(plain_number(wanted))
        return going_on[0] if going_on else requests.one(wanted if sent is None else sent.request_id).id

    def _steps(self) -> Steps:
        self._session.check(Act.ANSWER_REQUEST)
        return Steps(self._session.records(), self._session.rules)

    def _today(self) -> dt.date:
        return self._session.clock.now().date()
