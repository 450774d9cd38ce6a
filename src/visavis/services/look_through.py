"""Looking through a source: its pictures page by page, and one of them whole. Each page that is shown is a consultation."""

from collections.abc import Callable
from dataclasses import dataclass

from visavis.decode.originals import OriginalPixels
from visavis.domain.actor import Actor
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import InputError, UnreadablePicture
from visavis.law.browsing import Browsing, check_browsing
from visavis.law.reading import parse_charter
from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.pictures import PictureFace, SourcePicture
from visavis.records.sources import SourceRecord

PAGE = 48
"""Pictures on a page."""
SHOWN_SIDE = 1400
"""Longer side, pixels, at which originals are shown."""

InCase = Callable[[SourceRecord], bool]
"""Whether who acts has a part in an open case that names a source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePage:
    """One page of a source's pictures; `next_after` is the cursor of the next one, empty at the end."""

    source: SourceRecord
    pictures: tuple[SourcePicture, ...]
    next_after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePicture:
    """One picture with its source."""

    source: SourceRecord
    picture: SourcePicture


class LookThrough:
    """Shows the pictures of sources to who may look through them."""

    def __init__(self, records: Records, rules: Rulebook, *, in_case: InCase) -> None:
        self._records = records
        self._rules = rules
        self._in_case = in_case

    def page(self, actor: Actor, name: str, *, after: str = "", limit: int = PAGE) -> PicturePage:
        """Show a page: one consultation leaf.

        Raises
        ------
        InputError
            No such source.
        RefusedError
            `person-needed`, `role-allowed`, `source-live`, `charter-in-dates`, `browsed-in-case`.
        """
        source = self._records.sources.one(name)
        self._check(actor, source, what="pictures")
        found = self._records.pictures.page(source.number, self._records.clock.now(), after=after, limit=limit + 1)
        shown = tuple(found[:limit])
        with self._records.work(actor) as work:
            work.leaf("consultation", what="pictures", source=source.id, pictures=len(shown))
        return PicturePage(source=source, pictures=shown, next_after=shown[-1].id if len(found) > limit else "")

    def show(self, actor: Actor, media_id: str) -> WholePicture:
        """Show one picture whole: one consultation leaf; raises as `page` does, and `InputError` if it is not there to be shown."""
        whole = self.read(actor, media_id)
        with self._records.work(actor) as work:
            work.leaf("consultation", what="picture", source=whole.source.id, media=whole.picture.id, faces=len(whole.picture.faces))
        return whole

    def read(self, actor: Actor, media_id: str) -> WholePicture:
        """Return a picture for the images of a page that was shown, whose leaf is written; the law is asked each time."""
        picture = self._records.pictures.one(media_id, self._records.clock.now())
        source = next((one for one in self._records.sources.all() if picture and one.number == picture.source_number), None)
        if picture is None or source is None:
            raise InputError(f"no picture {media_id} may be shown", remedy="take it from a page of its source")
        self._check(actor, source, what="picture")
        return WholePicture(source=source, picture=picture)

    def _check(self, actor: Actor, source: SourceRecord, *, what: str) -> None:
        with self._records.noting_refusals(actor, "consultation", what=what, source=source.id):
            check_role(actor, Act.BROWSE, profile=source.profile)
            check_browsing(
                Browsing(
                    actor=actor,
                    state=source.state,
                    charter=parse_charter(source.charter_toml, self._rules),
                    in_case=self._in_case(source),
                    at=self._records.clock.now(),
                )
            )


class PicturePixels:
    """Opens the originals of pictures; touches no record, and may be used from any thread."""

    def __init__(self, records: Records, originals: OriginalPixels) -> None:
        self._originals = originals
        self._roots = {root.number: root.path for source in records.sources.all() for root in source.roots}

    def run(self, picture: SourcePicture, face: PictureFace | None = None) -> RgbImage | None:
        """Return the picture, the face's page of it, or its frame of a film, upright RGB; None where its file can't be read now."""
        shown = face or next(iter(picture.faces), None)
        moment = None if shown is None else shown.moment
        root = self._roots.get(picture.root_number)
        if root is None or (picture.kind == "film" and moment is None):
            return None
        page = None if face is None else face.page
        at_ticks = None if moment is None else moment.at_ticks
        try:
            return self._originals.read(root, picture.path, at_ticks=at_ticks, page=page, longer_side=SHOWN_SIDE)
        except UnreadablePicture:
            return None
