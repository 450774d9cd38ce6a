"""What ingest commits: vectors to the row files, then pictures, faces, templates and outcomes in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.media import AnalysedPicture, CaptureDate
from visavis.records import tables
from visavis.records.database import Work
from visavis.records.files import Files, Job, ReadFile, chunks, location_row
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.outbox import announce, last_seq
from visavis.records.taken import TemplateRows, check_live, count_read, date_columns, face_row, media_row, media_texts
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What a batch became: keys of its templates, and the outbox number that an index replays it by."""

    keys: tuple[int, ...]
    seq: int


class Intake:
    """Writes what was read of files."""

    def __init__(self, files: Files, keys: Keyring, sealer: PathSealer, templates: TemplateRows) -> None:
        self._files = files
        self._keys = keys
        self._sealer = sealer
        self._templates = templates

    def commit(self, work: Work, job: Job, root_number: int, batch: Sequence[ReadFile]) -> Committed:
        """Write a batch: vectors, turned, to the row files (synced), then all rows, the outbox entry and one leaf in this transaction.

        Raises
        ------
        RefusedError
            `source-live`: pictures of a source that is not live, or not in its dates, in this very transaction.
        """
        pictures = [file for file in batch if file.picture is not None]
        if pictures:
            check_live(work, job)
        vectors = [face.vector for file in pictures if file.picture for face in file.picture.faces]
        stored = self._templates.store(work, job, vectors)
        media = self._write_pictures(work, job, pictures, stored)
        self.write_locations(work, job, root_number, batch, media)
        keys = [row["key"] for row in stored]
        seq = announce(work, "add", keys)
        count_read(work, job, files=len(batch), templates=len(keys))
        work.leaf("collection", job=job.id, source=job.source_id, files=len(batch), templates=len(keys))
        return Committed(keys=tuple(keys), seq=seq)

    def _write_pictures(self, work: Work, job: Job, pictures: Sequence[ReadFile], stored: list[dict[str, Any]]) -> dict[bytes, int]:
        media_number = work.next_number(tables.media)
        appearance_number, face_number = work.next_number(tables.appearance), work.next_number(tables.face)
        media: list[dict[str, object]] = []
        appearances: list[dict[str, object]] = []
        faces: list[dict[str, object]] = []
        templates: list[dict[str, object]] = []
        numbers: dict[bytes, int] = {}
        keys = iter(self._keys.make_many(work, KeyKind.MEDIA, len(pictures), parent=job.key_id))
        for file in pictures:
            if file.picture is None or file.sha256 is None:
                continue
            numbers[file.sha256] = media_number
            texts = media_texts(self._sealer, media_number, next(keys), file.picture.metadata)
            media.append({**_media_row(work, job, media_number, file, file.picture), **texts})
            for face in file.picture.faces:
                appearances.append({"number": appearance_number, "media_number": media_number})
                faces.append(face_row(work, face_number, appearance_number, file.sha256, face))
                templates.append({**stored[len(templates)], "face_number": face_number, "expires_at": file.expires_at})
                appearance_number, face_number = appearance_number + 1, face_number + 1
            media_number += 1
        for table, rows in ((tables.media, media), (tables.appearance, appearances), (tables.face, faces), (tables.template, templates)):
            if rows:
                work.run(sa.insert(table), rows)
        return numbers

    def write_locations(self, work: Work, job: Job, root_number: int, batch: Sequence[ReadFile], media: Mapping[bytes, int]) -> None:
        """Write what became of files; `media` are the pictures of this transaction by their SHA-256. The caller writes the leaf."""
        before = self._media_of(work, root_number, batch)
        of = [file.media_number or (media.get(file.sha256) if file.sha256 else None) for file in batch]
        touched = {number for number in of if number is not None}
        keys = self._keys_of(work, touched)
        rows: list[dict[str, object]] = []
        for file, number in zip(batch, of, strict=True):
            key = job.key_id if number is None else keys[number]
            mark = self._sealer.mark("location.path", file.path)
            place = location_row(root_number, mark)
            rows.append(
                {
                    "root_number": root_number,
                    "path": self._sealer.seal("location.path", file.path, row=place, key=key),
                    "path_mark": mark,
                    "size": file.size,
                    "mtime_ns": file.mtime_ns,
                    "media_number": number,
                    "reason": file.outcome.reason.value,
                    # decoders and endings may quote a name
                    "detail": self._sealer.seal("location.detail", file.outcome.detail, row=place, key=key),
                    "faces": file.outcome.faces,
                    "job_number": job.number,
                    "read_at": work.at,
                    "missing_since": None,
                }
            )
        work.run(sa.insert(tables.location).prefix_with("OR REPLACE"), rows)
        # a picture that came with this batch, at one path, is present and no copy of any
        alone = {number for number in media.values() if of.count(number) == 1}
        self._files.refresh_presence(work, before | touched - alone)

    def _keys_of(self, work: Work, media_numbers: set[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for chunk in chunks(sorted(media_numbers)):
            query = sa.select(tables.media.c.number, tables.media.c.key_id).where(tables.media.c.number.in_(chunk))
            found.update((row.number, row.key_id) for row in work.ask(query))
        return found

    def _media_of(self, work: Work, root_number: int, batch: Sequence[ReadFile]) -> set[int]:
        marks = [self._sealer.mark("location.path", file.path) for file in batch]
        found: set[int] = set()
        for chunk in chunks(marks):
            query = sa.select(tables.location.c.media_number).where(
                tables.location.c.root_number == root_number,
                tables.location.c.path_mark.in_(chunk),
                tables.location.c.media_number.is_not(None),
            )
            found.update(work.ask(query).scalars())
        return found

    def set_dates(self, work: Work, dates: Mapping[int, CaptureDate]) -> int:
        """Set the capture dates of pictures; return the outbox number after which an index finds what changed."""
        for number, date in dates.items():
            work.run(sa.update(tables.media).where(tables.media.c.number == number).values(**date_columns(date)))
        keys: list[int] = []
        for chunk in chunks(list(dates)):
            query = (
                sa.select(tables.template.c.key)
                .select_from(tables.template.join(tables.face).join(tables.appearance))
                .where(tables.appearance.c.media_number.in_(chunk))
            )
            keys.extend(work.ask(query).scalars())
        before = last_seq(work)
        announce(work, "columns", sorted(keys))
        work.leaf("alteration", what="capture dates", pictures=len(dates))
        return before


def _media_row(work: Work, job: Job, number: int, file: ReadFile, picture: AnalysedPicture) -> dict[str, object]:
    return {
        **media_row(work, job, number, picture.metadata),
        "sha256": file.sha256,
        "kind": "photo",
        "format": picture.format,
        "bytes": file.size,
        "width": picture.width,
        "height": picture.height,
        "dhash": picture.dhash,
        "templates": len(picture.faces),
    }
