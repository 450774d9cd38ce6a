"""Objections that last: a face is taken out now, and not let in again with the same picture."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from visavis.decode.limits import Limits
from visavis.decode.photo import open_photo
from visavis.decode.same_picture import picture_print, sketch
from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, UnreadablePicture
from visavis.domain.ids import SourceId, SuppressionId
from visavis.law.roles import Act, check_role, named_profile
from visavis.records.archive import Records
from visavis.records.database import Work
from visavis.records.erasure import Scope
from visavis.records.suppressions import HeldFace, Known, NewSuppression

OpenFile = Callable[[Path, str], bytes]
"""(root, path below it) to the file's bytes; `UnreadablePicture` says why not."""

LEAST_TOLD = 5
"""The smallest number that is ever reported of a source."""
SEEN_SIDE = 1_024
"""Longer side, pixels, at which originals are looked at for their print."""
_SAME_BOX = 0.5  # intersection over union: two copies of one file, perhaps read by another version

NOT_CAUGHT = (
    "Known again: the same file, and the same picture resized, saved again, slightly brighter or darker, or cropped, as long as 80 % of "
    "each side are left. Not known again: another photograph of you, the same picture cropped more, mirrored, turned, framed, retouched or "
    "taken from a screen or a print, and a wider picture that this one was cut from. Of a film, the same file is known again, and where "
    "you are in it; a film that was saved again or cut, and a picture taken from it, are not. Tell us of those, and they are taken out "
    "as well."
)
"""What the person is told in so many words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressRequest:
    """What is objected to.

    Attributes
    ----------
    faces, candidates : tuple of str
        Ids of faces, and of candidates of a search (or their ends).
    urls, assets : tuple of str
        Pictures, with every face in them: nobody has said which is theirs.
    because : str
        Kept sealed with the objection.
    """

    actor: Actor
    because: str
    faces: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressReport:
    """What was done.

    Attributes
    ----------
    ids : tuple of SuppressionId
        One a face or picture; they belong in the request's file, and lift it again.
    faces : int
        Taken out of every search when this returns.
    unseen : int
        Pictures whose original could not be seen, or is too even: known again by their bytes only.
    """

    ids: tuple[SuppressionId, ...]
    faces: int
    unseen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTotal:
    """What is reported of a source: how many faces were taken out or not let in; None = fewer than five."""

    source_id: SourceId
    title: str
    faces: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Objections read and looked at, to be written in one transaction: the faces that go, and by what their pictures are known."""

    new: tuple[NewSuppression, ...]
    faces: tuple[HeldFace, ...]

    @property
    def unseen(self) -> int:
        """Pictures in the archive that have no print."""
        return sum(one.known.sha256 is not None and not (one.print or one.path.points) for one in self.new)


class Suppress:
    """Writes, lifts and counts objections.

    Parameters
    ----------
    records : Records
    open_file : callable
        Opens an original below its root.
    limits : Limits
    """

    def __init__(self, records: Records, open_file: OpenFile, limits: Limits) -> None:
        self._records = records
        self._book = records.suppressions
        self._open_file = open_file
        self._limits = limits

    def run(self, request: SuppressRequest) -> SuppressReport:
        """Take faces out of every search, in one transaction, and keep by what their pictures are known.

        Their templates are erased by the next `Erasures.settle`.

        Raises
        ------
        InputError
            Nothing was named, without a reason, or there is no such face.
        RefusedError
            Not an act of this person.
        """
        if not (request.faces or request.candidates or request.urls or request.assets):
            raise InputError("what is objected to?", remedy="--face-id ID, --candidate ID, --url URL or --asset ID")
        if not request.because.strip():
            raise InputError("an objection is recorded with its reason", remedy='--because "…"')
        self._check(request.actor)
        faces = self._named(request)
        known = Known(urls=request.urls, assets=request.assets)
        prepared = self.prepare(faces, known if known.signs() else None)
        with self._records.work(request.actor) as work:
            ids = self.write(work, prepared, because=request.because.strip())
            self._hide(work, prepared.faces)
        return SuppressReport(ids=ids, faces=len(prepared.faces), unseen=prepared.unseen)

    def prepare(self, faces: Sequence[HeldFace], known: Known | None = None) -> Prepared:
        """Look at the originals of faces that are to go, and find the copies of their files; reads only.

        Parameters
        ----------
        faces : sequence of HeldFace
        known : Known, optional
            Pictures of which every face is to go, in the archive or not.
        """
        faces = self._book.with_siblings(faces)
        new, going = self._of_films([face for face in faces if face.film])
        faces = [face for face in faces if not face.film]
        known_media = [] if known is None else self._book.media_known_by(known)
        whole = [] if known is None else self._book.faces(media=known_media)
        copies = _by_content(self._book.same_content({face.sha256 for face in faces}))
        prints = self._prints([one for one in (*faces, *whole, *(copy for some in copies.values() for copy in some)) if not one.film])
        for face in faces:
            others = (copy for copy in copies.get(face.sha256, ()) if copy.media_number != face.media_number)
            going |= {one.number: one for one in (face, *(copy for copy in others if copy.box.overlap(face.box) >= _SAME_BOX))}
            new.append(NewSuppression(known=Known(sha256=face.sha256), box=face.box, print=prints[face.sha256]))
        if known is not None:
            new.append(NewSuppression(known=known))
            told = {face.sha256 for face in faces}
            beside = (content for content in _by_content(whole) if content not in told)
            new += [NewSuppression(known=Known(sha256=content), print=prints.get(content, b"")) for content in beside]
            going |= {face.number: face for face in whole}
        return Prepared(new=tuple(new), faces=tuple(going.values()))

    def _of_films(self, faces: Sequence[HeldFace]) -> tuple[list[NewSuppression], dict[int, HeldFace]]:
        """Return an objection for each appearance, and the faces that go: its own, and those of the same film in other sources."""
        new: list[NewSuppression] = []
        going = {face.number: face for face in faces}
        same = _by_content(self._book.same_content({face.sha256 for face in faces}))
        for appearance in dict.fromkeys(face.appearance for face in faces):
            best = next(face for face in faces if face.appearance == appearance)
            path = self._book.path_of(appearance)
            new.append(NewSuppression(known=Known(sha256=best.sha256), box=best.box, path=path))
            others = (copy for copy in same.get(best.sha256, ()) if copy.appearance != appearance)
            copies = [copy for copy in others if (here := path.at(copy.at_ticks)) and here.overlap(copy.box) >= _SAME_BOX]
            going |= {face.number: face for face in self._book.with_siblings(copies)}
        return new, going

    def write(self, work: Work, prepared: Prepared, *, because: str) -> tuple[SuppressionId, ...]:
        """Write objections; whoever erases the faces does so in the same transaction."""
        ids = self._book.add(work, prepared.new, because=because)
        for source_number, faces in _by_source(prepared.faces).items():
            self._book.count(work, source_number, len(faces))
        work.leaf("alteration", what="suppressed", suppressions=list(ids))
        return ids

    def lift(self, actor: Actor, suppression_id: str, *, because: str) -> None:
        """End an objection, at the wish of whoever made it. The face comes back only with a file that is read anew."""
        if not because.strip():
            raise InputError("lifting an objection needs a reason", remedy='--because "…"')
        self._check(actor)
        with self._records.work(actor) as work:
            self._book.lift(work, suppression_id)
            work.leaf("alteration", {"because": because.strip()}, what="suppression lifted", suppression=suppression_id)

    def totals(self, actor: Actor) -> list[SourceTotal]:
        """Return what was taken out or not let in, by source; never fewer than five, never by file."""
        self._check(actor)
        totals = self._book.totals()
        told = [
            SourceTotal(source_id=source.id, title=source.title, faces=count if (count := totals[source.number]) >= LEAST_TOLD else None)
            for source in self._records.sources.all()
            if source.number in totals
        ]
        with self._records.work(actor) as work:
            work.leaf("consultation", what="suppression totals", told=len(told))
        return told

    def _named(self, request: SuppressRequest) -> list[HeldFace]:
        numbers = [self._records.searches.candidate(wanted).face_number for wanted in request.candidates]
        faces = self._book.faces(ids=set(request.faces), numbers=set(numbers))
        if len(faces) < len(set(request.faces)) + len(set(numbers)):
            raise InputError(
                "a face that was named is not in the archive", remedy="take its id from the results of a search: --format json"
            )
        return list({face.number: face for face in faces}.values())

    def _hide(self, work: Work, faces: Iterable[HeldFace]) -> None:
        """Mask the faces; they are erased but where a hold keeps their picture, which keeps them out of every search as well."""
        self._book.mask(work, [face.number for face in faces if face.held])
        for source_number, of_source in _by_source(faces).items():
            free = [face.number for face in of_source if not face.held]
            if free:
                self._records.erasures.hide(work, Scope(ground="objection", source_number=source_number, faces=free))

    def _prints(self, faces: Sequence[HeldFace]) -> dict[bytes, bytes]:
        """Return by content the print of the first copy whose original can be seen now; empty if none can."""
        roots = {root.number: root.path for source in self._records.sources.all() for root in source.roots}
        places = self._book.places({face.media_number for face in faces})
        found: dict[bytes, bytes] = {}
        for content, shown in _by_content(faces).items():
            copies = dict.fromkeys(face.media_number for face in shown)
            found[content] = self._print([(roots[root], path) for media in copies for root, path in places.get(media, ())])
        return found

    def _print(self, places: Iterable[tuple[Path, str]]) -> bytes:
        for root, path in places:
            try:
                picture = open_photo(self._open_file(root, path), limits=self._limits).pixels(SEEN_SIDE)
            except UnreadablePicture:
                continue
            return picture_print(sketch(picture))
        return b""

    def _check(self, actor: Actor) -> None:
        """Ask for the role; in an archive with a source that wants named persons, for one of them."""
        profile = named_profile(source.profile for source in self._records.sources.all())
        with self._records.noting_refusals(actor, "alteration", what=Act.SUPPRESS.value):
            check_role(actor, Act.SUPPRESS, profile=profile)


def _by_source(faces: Iterable[HeldFace]) -> dict[int, list[HeldFace]]:
    found: dict[int, list[HeldFace]] = defaultdict(list)
    for face in faces:
        found[face.source_number].append(face)
    return found


def _by_content(faces: Iterable[HeldFace]) -> dict[bytes, list[HeldFace]]:
    found: dict[bytes, list[HeldFace]] = defaultdict(list)
    for face in faces:
        found[face.sha256].append(face)
    return found
