"""The desk of a source's pictures: looking through them."""

from collections.abc import Callable

from visavis.domain.arrays import RgbImage
from visavis.domain.errors import InputError
from visavis.law.browsing import sees_source
from visavis.records.pictures import PictureFace, SourcePicture
from visavis.records.sources import SourceRecord
from visavis.services.look_through import PAGE, LookThrough, PicturePage, PicturePixels, WholePicture
from visavis.wiring import build
from visavis.wiring.cases import CaseDesk
from visavis.wiring.services import ServiceDesk
from visavis.wiring.session import Session

__all__ = ["PictureDesk", "PictureFace", "PicturePage", "SourcePicture", "WholePicture"]


class PictureDesk:
    """Pictures of one archive's sources, for whoever is signed in."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def sources(self) -> list[SourceRecord]:
        """Return the sources that who acts is told of, oldest first."""
        actor, named = self._session.actor, self._named()
        return [source for source in self._session.records().sources.all() if sees_source(actor, in_case=source.number in named)]

    def source(self, source_id: str) -> SourceRecord:
        """Return one of them; `InputError` if it is not there, or not for who acts to know of."""
        found = next((source for source in self.sources() if source.id == source_id), None)
        if found is None:
            raise InputError(f"no source {source_id}", remedy="take one from the list of sources")
        return found

    def page(self, source: str, *, after: str = "", limit: int = PAGE) -> PicturePage:
        """Show a page of a source's pictures, behind the one whose id is `after`.

        Raises
        ------
        RefusedError
            A rule says no; the ledger tells of it.
        """
        return self._looking().page(self._session.actor, source, after=after, limit=limit)

    def show(self, media_id: str) -> WholePicture:
        """Show one picture whole."""
        return self._looking().show(self._session.actor, media_id)

    def read(self, media_id: str) -> WholePicture:
        """Return a picture for the images of a page whose leaf is written."""
        return self._looking().read(self._session.actor, media_id)

    def opener(self) -> Callable[[SourcePicture, PictureFace | None], RgbImage | None]:
        """Return a function that decodes a picture, the page of a face or its frame; None where it can't be reached."""
        return PicturePixels(self._session.records(), build.originals(self._session.settings)).run

    def _looking(self) -> LookThrough:
        return LookThrough(self._session.records(), self._session.rules, in_case=self._in_case)

    def _in_case(self, source: SourceRecord) -> bool:
        return source.number in self._named()

    def _named(self) -> frozenset[int]:
        """Return the numbers of the sources that an open case of who acts names; of a program those that it may look through."""
        browsed = ServiceDesk(self._session).browsed()
        if browsed is not None:
            return browsed
        return frozenset(number for case in CaseDesk(self._session).mine() for number in case.sources)
