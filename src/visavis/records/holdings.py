"""What is held, whether it may be shown or not: what a person is owed an answer about (GDPR Art. 15). Faces being erased are left out."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.face import Box
from visavis.domain.film import Moment
from visavis.domain.ids import CandidateId, CaseId, FaceId, MediaId, PersonId, SearchId
from visavis.records import review_tables, tables
from visavis.records.anchors import Anchor
from visavis.records.database import Database
from visavis.records.files import chunks, location_row
from visavis.records.film_tables import film
from visavis.records.films import FILM_TIMES, moment_of, page_of
from visavis.records.siblings import of_appearances_of
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One path of a picture, below a root; `missing_since` None = it was there when last looked at."""

    root_number: int
    path: str
    missing_since: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPicture:
    """A picture or film (`kind`) with all that is stored of it; `sha256` is of its file.

    `boxes` are of every face kept, by face number; `pages` says for each on which page of a file with several it is, from 1, else 0.
    """

    number: int
    id: MediaId
    kind: str
    source_number: int
    sha256: bytes
    width: int
    height: int
    created_at: dt.datetime
    captured_at: str | None
    latitude: float | None
    longitude: float | None
    held_back: int
    caption: str
    credit: str
    rights: str
    asset_id: str
    places: tuple[Place, ...]
    boxes: dict[int, Box]
    pages: dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTemplate:
    """That a template is kept, by which model pack, until when; never the vector."""

    pack_id: str
    expires_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFace:
    """A face with what was made of it; `moment` is of a film, None for a still; `page` is of a file with several, from 1."""

    number: int
    id: FaceId
    anchor: str
    state: str
    box: Box
    media_number: int
    templates: tuple[HeldTemplate, ...]
    moment: Moment | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """That a search listed a face: in which place of its list, by whom it was made, for what."""

    candidate_id: CandidateId
    face_id: FaceId
    search_id: SearchId
    case_id: CaseId
    at: dt.datetime
    actor: str
    person_id: PersonId | None
    purpose: str
    reason: str
    rank: int
    similarity: float
    threshold: float
    gallery_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What a person says of a picture, without a photograph of themselves. Each that is given narrows.

    Attributes
    ----------
    sha256 : bytes or None
        Of a copy of its file.
    name : str
        Path, or last part of it, or of an address on the web.
    asset_id : str
    day : date or None
        On which it was taken.
    place : str
        In its caption or its path.
    """

    sha256: bytes | None = None
    name: str = ""
    asset_id: str = ""
    day: dt.date | None = None
    place: str = ""


class Holdings:
    """Queries about all that is held."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def sources_kept(self) -> frozenset[int]:
        """Return the numbers of the sources in which templates are, live or not."""
        query = sa.select(tables.media.c.source_number).where(tables.media.c.templates > 0).distinct()
        return frozenset(self._database.ask(query).scalars())

    def templates_kept(self) -> int:
        """Return how many templates are kept, hidden ones too."""
        return int(self._database.ask(sa.select(sa.func.count()).select_from(tables.template)).scalar_one())

    def faces_of_keys(self, keys: Sequence[int], transform: int) -> dict[int, FaceId]:
        """Return the faces of templates that lie under a rotation."""
        found: dict[int, FaceId] = {}
        for chunk in chunks([int(key) for key in keys]):
            query = (
                sa.select(tables.template.c.key, tables.face.c.id)
                .join(tables.face)
                .where(tables.template.c.key.in_(chunk), tables.template.c.transform_key_id == transform, _kept())
            )
            found.update({row.key: FaceId(row.id) for row in self._database.ask(query)})
        return found

    def faces(self, face_ids: Collection[str]) -> list[HeldFace]:
        """Return faces by their ids, with all of their appearances, oldest first; none that was erased meanwhile."""
        found = []
        for chunk in chunks(sorted(face_ids)):
            query = (
                sa.select(tables.face, *_SEEN, *FILM_TIMES)
                .select_from(tables.face.join(tables.appearance).outerjoin(film, film.c.media_number == tables.appearance.c.media_number))
                .where(of_appearances_of(chunk), _kept())
                .order_by(tables.face.c.number)
            )
            found += [self._face(row) for row in self._database.ask(query).all()]
        return sorted(found, key=lambda face: face.number)

    def pictures(self, media_numbers: Collection[int]) -> list[HeldPicture]:
        """Return pictures by their numbers."""
        found = []
        for chunk in chunks(sorted(media_numbers)):
            query = sa.select(tables.media).where(tables.media.c.number.in_(chunk)).order_by(tables.media.c.number)
            found += [self._picture(row) for row in self._database.ask(query).all()]
        return found

    def faces_in(self, media_numbers: Collection[int]) -> list[FaceId]:
        """Return the ids of all faces of pictures: whoever is seen in a copy of one."""
        found: list[FaceId] = []
        for chunk in chunks(sorted(media_numbers)):
            query = sa.select(tables.face.c.id).join(tables.appearance).where(tables.appearance.c.media_number.in_(chunk), _kept())
            found += [FaceId(face_id) for face_id in self._database.ask(query).scalars()]
        return sorted(found)

    def appearances(self, faces: Collection[HeldFace]) -> list[Appearance]:
        """Return every search that listed one of these faces, oldest first. No span of time is asked."""
        ids = {face.number: face.id for face in faces}
        found = []
        for chunk in chunks(sorted(ids)):
            query = (
                sa.select(tables.search, tables.candidate.c.id.label("candidate_id"), *_IN_LIST)
                .select_from(tables.candidate.join(tables.search))
                .where(tables.candidate.c.face_number.in_(chunk))
                .order_by(tables.search.c.at, tables.candidate.c.rank)
            )
            found += [self._appearance(row, ids[row.face_number]) for row in self._database.ask(query).all()]
        return found

    def searched_with(self, face_ids: Collection[str]) -> list[tuple[FaceId, SearchId, dt.datetime]]:
        """Return the searches that were made with one of these faces of the archive."""
        probe = review_tables.probe
        found = []
        for chunk in chunks(sorted(face_ids)):
            query = sa.select(probe.c.face_id, tables.search.c.id, tables.search.c.at).join(tables.search).where(probe.c.face_id.in_(chunk))
            found += [(FaceId(row.face_id), SearchId(row.id), row.at) for row in self._database.ask(query)]
        return sorted(found, key=lambda one: (one[2], one[1]))

    def exclusions(self, anchors: Collection[str]) -> list[tuple[str, CaseId, dt.datetime]]:
        """Return (anchor, case, when) of every «not the same» that hangs on one of these faces."""
        faces = [Anchor.parse(text) for text in anchors]
        table = review_tables.exclusion
        found = []
        for chunk in chunks(sorted({face.picture for face in faces})):
            rows = self._database.ask(
                sa.select(table).where(table.c.picture.in_(chunk), table.c.lifted_at.is_(None)).order_by(table.c.number)
            )
            found += [
                (row.anchor, CaseId(row.case_id), row.at) for row in rows if any(Anchor.parse(row.anchor).same_face(f) for f in faces)
            ]
        return found

    # ---- by what a person says of a picture ----------------------------------------------------------------------------------

    def faces_fitting(self, hint: Hint) -> list[FaceId]:
        """Return the faces of every picture that a hint fits, whether it may be shown or not."""
        media = set(self._media_fitting(hint))
        found: list[FaceId] = []
        for chunk in chunks(sorted(media)):
            query = (
                sa.select(tables.face.c.id)
                .join(tables.appearance)
                .where(tables.appearance.c.media_number.in_(chunk), _kept())
                .order_by(tables.face.c.number)
            )
            found += [FaceId(face_id) for face_id in self._database.ask(query).scalars()]
        return found

    def _media_fitting(self, hint: Hint) -> Iterator[int]:
        query = sa.select(tables.media)
        if hint.sha256 is not None:
            query = query.where(tables.media.c.sha256 == hint.sha256)
        if hint.day is not None:
            day = hint.day.toordinal()
            query = query.where(tables.media.c.captured_first <= day, tables.media.c.captured_last >= day)
        for row in self._database.ask(query.order_by(tables.media.c.number)).all():
            if not (hint.name or hint.asset_id or hint.place) or self._fits(self._picture(row), hint):
                yield row.number

    @staticmethod
    def _fits(picture: HeldPicture, hint: Hint) -> bool:
        paths = [place.path.casefold() for place in picture.places]
        name, place = hint.name.casefold(), hint.place.casefold()
        return (
            (not name or any(path == name or path.rpartition("/")[2] == name for path in paths))
            and (not hint.asset_id or picture.asset_id == hint.asset_id)
            and (not place or place in picture.caption.casefold() or any(place in path for path in paths))
        )

    # ---- rows ----------------------------------------------------------------------------------------------------------------

    def _face(self, row: Any) -> HeldFace:
        kept = sa.select(tables.template.c.pack_id, tables.template.c.expires_at).where(tables.template.c.face_number == row.number)
        return HeldFace(
            number=row.number,
            id=FaceId(row.id),
            anchor=row.anchor,
            state=row.state,
            box=_box(row),
            media_number=row.media_number,
            moment=moment_of(row),
            page=page_of(row),
            templates=tuple(HeldTemplate(pack_id=one.pack_id, expires_at=one.expires_at) for one in self._database.ask(kept)),
        )

    def _picture(self, row: Any) -> HeldPicture:
        def opened(name: str) -> str:
            sealed = getattr(row, name)
            return self._sealer.open(f"media.{name}", sealed, row=str(row.number), key=row.key_id) if sealed else ""

        faces = sa.select(tables.face).join(tables.appearance).where(tables.appearance.c.media_number == row.number)
        kept = self._database.ask(faces).all()
        plain = ("number", "kind", "source_number", "sha256", "width", "height", "created_at", "captured_at", "latitude", "longitude")
        facts = {name: getattr(row, name) for name in plain}
        return HeldPicture(
            **facts,
            caption=opened("caption"),
            credit=opened("credit"),
            rights=opened("rights"),
            asset_id=opened("asset_id"),
            id=MediaId(row.id),
            held_back=row.holds,
            places=self._places(row),
            boxes={one.number: _box(one) for one in kept},
            pages={one.number: 0 if row.kind == "film" else one.at_ticks for one in kept},
        )

    def _places(self, media: Any) -> tuple[Place, ...]:
        location = tables.location
        query = sa.select(location).where(location.c.media_number == media.number).order_by(location.c.number)
        return tuple(
            Place(
                root_number=row.root_number,
                path=self._sealer.open("location.path", row.path, row=location_row(row.root_number, row.path_mark), key=media.key_id),
                missing_since=row.missing_since,
            )
            for row in self._database.ask(query).all()
        )

    def _appearance(self, row: Any, face_id: FaceId) -> Appearance:
        plain = ("at", "person_id", "purpose", "rank", "similarity", "threshold", "gallery_size")
        return Appearance(
            **{name: getattr(row, name) for name in plain},
            candidate_id=CandidateId(row.candidate_id),
            face_id=face_id,
            search_id=SearchId(row.id),
            case_id=CaseId(row.case_id),
            actor=self._sealer.open("search.actor", row.actor, row=row.id),
            reason=self._sealer.open("search.reason", row.reason, row=row.id),
        )


_SEEN = (tables.appearance.c.media_number, tables.appearance.c.start_ticks, tables.appearance.c.end_ticks)
_IN_LIST = (tables.candidate.c.face_number, tables.candidate.c.rank, tables.candidate.c.similarity)


def _kept() -> sa.ColumnElement[bool]:
    return tables.face.c.state != "erasing"


def _box(row: Any) -> Box:
    return Box(left=row.left, top=row.top, width=row.width, height=row.height)
