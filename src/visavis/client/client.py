"""The client: one method an act, lists as iterators, and requests that may be sent again without harm."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self, cast

import httpx

from visavis.client.answers import Caller, Case, File, Job, Media, Search, Source
from visavis.client.sending import Sending
from visavis.domain.errors import InputError

TIMEOUT_SECONDS = 60.0
"""A search of ten million faces takes far less; the first after a start also opens the networks."""
RETRIES = 3


class Client:
    """A program's way into one desk. Close it when done, or use it as a context.

    Parameters
    ----------
    url : str
        Where the desk is reached: `https://desk.example.org`, or `http://127.0.0.1:8478` on its own machine.
    api_key : str
        As `visavis key add` showed it.
    retries : int
        How often a request is sent again that got no answer, or one that says «not now». Every request may be: those that change something
        carry an `Idempotency-Key`.

    Raises
    ------
    InputError
        An address without TLS that is not this machine's: the key would go in the clear.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str,
        timeout: float = TIMEOUT_SECONDS,
        retries: int = RETRIES,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._sending = Sending(url, api_key=api_key, timeout=timeout, transport=transport, retries=retries, sleep=sleep)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._sending.close()

    def me(self) -> Caller:
        """Say who asks, within which bounds."""
        return cast("Caller", self._sending.get("/v1/me"))

    def sources(self) -> Iterator[Source]:
        """Yield the sources that the key names."""
        return cast("Iterator[Source]", self._sending.pages("/v1/sources"))

    def source(self, source_id: str) -> Source:
        """Return one of them."""
        return cast("Source", self._sending.get(f"/v1/sources/{source_id}"))

    def files(self, source_id: str, *, reason: str | None = None) -> Iterator[File]:
        """Yield a source's files with what became of each; `reason` keeps one kind of outcome. The key is for `ingest`."""
        wanted = {} if reason is None else {"reason": reason}
        return cast("Iterator[File]", self._sending.pages(f"/v1/sources/{source_id}/files", wanted))

    def ingest(self, source_id: str, *, workers: int = 1, thorough: bool = False) -> Job:
        """Ask that a source be read; a desk that is open begins within seconds. The key is for `ingest`, as for the other jobs."""
        return cast("Job", self._sending.post(f"/v1/sources/{source_id}/jobs", {"workers": workers, "thorough": thorough}))

    def jobs(self) -> Iterator[Job]:
        """Yield the jobs of the key's sources, oldest first."""
        return cast("Iterator[Job]", self._sending.pages("/v1/jobs"))

    def job(self, job_id: str) -> Job:
        """Return one of them."""
        return cast("Job", self._sending.get(f"/v1/jobs/{job_id}"))

    def steer(self, job_id: str, wish: Literal["pause", "resume", "stop", "retry"]) -> Job:
        """Pause a job, go on with it, stop it, or ask for another that reads again what it could not."""
        return cast("Job", self._sending.post(f"/v1/jobs/{job_id}/{wish}", {}))

    def media(self, source_id: str) -> Iterator[Media]:
        """Yield a source's pictures and films with their faces. The key is for `browse`."""
        return cast("Iterator[Media]", self._sending.pages(f"/v1/sources/{source_id}/media"))

    def media_face(self, media_id: str, face_id: str) -> bytes:
        """Return a face of a picture, JPEG. The key is for `browse`."""
        return self._sending.read(f"/v1/media/{media_id}/faces/{face_id}.jpg")

    def cases(self) -> Iterator[Case]:
        """Yield the case that the key belongs to."""
        return cast("Iterator[Case]", self._sending.pages("/v1/cases"))

    def case(self, case_id: str) -> Case:
        """Return it."""
        return cast("Case", self._sending.get(f"/v1/cases/{case_id}"))

    def search(  # noqa: PLR0913 - the options of one act, all keyword-only
        self,
        photo: Path | str | bytes | None = None,
        *,
        face_id: str | None = None,
        confirmed: str | None = None,
        case_id: str | None = None,
        reason: str = "",
        faces: Sequence[int] = (),
        all_faces: bool = False,
        top: int | None = 50,
        threshold: float | None = None,
        expected_false_hits: float | None = None,
        ranking: Literal["cosine", "cohort"] | None = None,
        sources: Sequence[str] = (),
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> Search:
        """Search; what the options mean stands with `visavis.wiring.archive.Archive.search`.

        Parameters
        ----------
        photo : path or bytes
            A photograph; instead of it `face_id` or `confirmed`.
        sources : sequence of str
            Ids.

        Raises
        ------
        SeveralFacesInProbe
            The photograph shows several faces and none was picked.
        RefusedError
            A rule says no; `rule` names it.
        """
        said = {
            "face_id": face_id,
            "confirmed": confirmed,
            "case_id": case_id,
            "reason": reason,
            "faces": list(faces),
            "all_faces": all_faces,
            "top": top,
            "threshold": threshold,
            "expected_false_hits": expected_false_hits,
            "ranking": ranking,
            "source_id": list(sources),
            "since": None if since is None else since.isoformat(),
            "until": None if until is None else until.isoformat(),
        }
        return cast("Search", self._sending.post("/v1/searches", _with_photo(said, photo)))

    def past_search(self, search_id: str) -> Search:
        """Read a search of this key again, as far as it may be shown now."""
        return cast("Search", self._sending.get(f"/v1/searches/{search_id}"))

    def face(self, search_id: str, candidate_id: str) -> bytes:
        """Return a candidate's face, JPEG."""
        return self._sending.read(f"/v1/searches/{search_id}/candidates/{candidate_id}/face.jpg")


def _with_photo(said: Mapping[str, Any], photo: Path | str | bytes | None) -> dict[str, Any]:
    if photo is None:
        return dict(said)
    if isinstance(photo, bytes):
        data = photo
    else:
        try:
            data = Path(photo).read_bytes()
        except OSError as error:
            raise InputError(f"can't read {photo}: {error.strerror}", remedy="name a photograph that you may open") from error
    from base64 import b64encode

    return {**said, "photo_base64": b64encode(data).decode()}
