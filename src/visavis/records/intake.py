"""What ingest commits: vectors to the row files, then pictures, faces, templates and outcomes in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from visavis.domain.errors import RefusedError
from visavis.domain.face import AnalysedFace
from visavis.domain.ids import FaceId, MediaId, new_id
from visavis.domain.media import AnalysedPicture, CaptureDate
from visavis.records import tables
from visavis.records.database import Work
from visavis.records.files import Files, Job, ReadFile, chunks, location_row
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.outbox import announce, last_seq
from visavis.records.rotation import Rotations
from visavis.records.row_format import SEGMENT_ROWS
from visavis.records.rows import RowStore
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What a batch became: keys of its templates, and the outbox number that an index replays it by."""

    keys: tuple[int, ...]
    seq: int


class Intake:
    """Writes what was read of files."""

    def __init__(self, files: Files, keys: Keyring, sealer: PathSealer, rows: RowStore, rotations: Rotations, *, pack_id: str) -> None:
        self._files = files
        self._keys = keys
        self._sealer = sealer
        self._rows = rows
        self._rotations = rotations
        self._pack_id = pack_id

    def commit(self, work: Work, job: Job, root_number: int, batch: Sequence[ReadFile]) -> Committed:
        """Write a batch: vectors, turned, to the row files (synced), then all rows, the outbox entry and one leaf in this transaction.

        Raises
        ------
        RefusedError
            `source-live`: pictures of a source that is not live, or not in its dates, in this very transaction.
        """
        pictures = [file for file in batch if file.picture is not None]
        if pictures:
            self._check_live(work, job)
        vectors = [face.vector for file in pictures if file.picture for face in file.picture.faces]
        transform = self._rotations.current(work, job.rotation_group_id)
        keys, checksums = self._store(vectors, transform)
        stored = [self._template_row(job, transform, key, checksum) for key, checksum in zip(keys, checksums, strict=True)]
        media = self._write_pictures(work, job, pictures, stored)
        self._write_locations(work, job, root_number, batch, media)
        seq = announce(work, "add", keys)
        work.run(
            sa.update(tables.job)
            .where(tables.job.c.number == job.number)
            .values(read=tables.job.c.read + len(batch), faces=tables.job.c.faces + len(keys))
        )
        work.leaf("collection", job=job.id, source=job.source_id, files=len(batch), templates=len(keys))
        return Committed(keys=tuple(keys), seq=seq)

    def _check_live(self, work: Work, job: Job) -> None:
        """A source may have been frozen since its pictures were read: no template is written without a live charter."""
        source = tables.source
        query = sa.select(source.c.state, source.c.live_from, source.c.live_until).where(source.c.number == job.source_number)
        row, day = work.ask(query).one(), work.at.date()
        in_dates = (row.live_from is None or row.live_from <= day) and (row.live_until is None or day <= row.live_until)
        if row.state != "live" or not in_dates:
            stands = row.state if row.state != "live" else f"live from {row.live_from} to {row.live_until} only"
            raise RefusedError(
                f"source {job.source_id} is {stands}: no picture of it is taken in",
                rule="source-live",
                remedy=f"visavis source show {job.source_id}",
            )

    def _store(self, vectors: list[np.ndarray], transform: int) -> tuple[list[int], list[int]]:
        if not vectors:
            return [], []
        keys, checksums = self._rows.append(self._rotations.turn(np.stack(vectors), transform))
        self._rows.sync()
        return [int(key) for key in keys], [int(checksum) for checksum in checksums]

    def _write_pictures(self, work: Work, job: Job, pictures: Sequence[ReadFile], stored: list[dict[str, object]]) -> dict[bytes, int]:
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
            texts = self._texts(media_number, next(keys), file.picture)
            media.append({**self._media_row(work, job, media_number, file, file.picture), **texts})
            for face in file.picture.faces:
                appearances.append({"number": appearance_number, "media_number": media_number})
                faces.append(_face_row(work, face_number, appearance_number, file.sha256, face))
                templates.append({**stored[len(templates)], "face_number": face_number, "expires_at": file.expires_at})
                appearance_number, face_number = appearance_number + 1, face_number + 1
            media_number += 1
        for table, rows in ((tables.media, media), (tables.appearance, appearances), (tables.face, faces), (tables.template, templates)):
            if rows:
                work.run(sa.insert(table), rows)
        return numbers

    def _media_row(self, work: Work, job: Job, number: int, file: ReadFile, picture: AnalysedPicture) -> dict[str, object]:
        said = picture.metadata
        return {
            "number": number,
            "id": MediaId(new_id(work.at)),
            "source_number": job.source_number,
            "sha256": file.sha256,
            "page": 0,
            "kind": "photo",
            "format": picture.format,
            "bytes": file.size,
            "width": picture.width,
            "height": picture.height,
            "dhash": picture.dhash,
            **_date_columns(said.captured),
            "templates": len(picture.faces),
            "latitude": said.latitude,
            "longitude": said.longitude,
            "created_at": work.at,
        }

    def _texts(self, number: int, key: int, picture: AnalysedPicture) -> dict[str, object]:
        """Return what a picture's own key closes, and that key."""
        texts = {name: getattr(picture.metadata, name) for name in ("caption", "credit", "rights", "asset_id")}
        closed = {
            name: self._sealer.seal(f"media.{name}", text, row=str(number), key=key) if text else None for name, text in texts.items()
        }
        return {**closed, "key_id": key}

    def _template_row(self, job: Job, transform: int, key: int, checksum: int) -> dict[str, object]:
        segment, row = divmod(key - 1, SEGMENT_ROWS)
        return {
            "key": key,
            "pack_id": self._pack_id,
            "rotation_group_id": job.rotation_group_id,
            "transform_key_id": transform,
            "segment": segment,
            "row": row,
            "checksum": checksum,
        }

    def _write_locations(self, work: Work, job: Job, root_number: int, batch: Sequence[ReadFile], media: Mapping[bytes, int]) -> None:
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
            work.run(sa.update(tables.media).where(tables.media.c.number == number).values(**_date_columns(date)))
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


def _face_row(work: Work, number: int, appearance_number: int, sha256: bytes, face: AnalysedFace) -> dict[str, object]:
    box, quality = face.box, face.quality
    return {
        "number": number,
        "id": FaceId(new_id(work.at)),
        "appearance_number": appearance_number,
        "anchor": f"{sha256.hex()}/0/{box.left:.4f},{box.top:.4f},{box.width:.4f},{box.height:.4f}",
        "left": box.left,
        "top": box.top,
        "width": box.width,
        "height": box.height,
        "landmarks": np.ascontiguousarray(face.landmarks_5x2, dtype="<f4").tobytes(),
        "size_px": quality.size_px,
        "yaw": quality.yaw,
        "pitch": quality.pitch,
        "roll": quality.roll,
        "sharpness": quality.sharpness,
        "exposure": quality.exposure,
        "score": quality.score,
        "norm": quality.norm,
    }


def _date_columns(date: CaptureDate | None) -> dict[str, object]:
    if date is None:
        return dict.fromkeys(("captured_at", "captured_first", "captured_last", "captured_precision", "captured_origin"))
    return {
        "captured_at": date.text,
        "captured_first": date.first.toordinal() if date.first else None,
        "captured_last": date.last.toordinal() if date.last else None,
        "captured_precision": date.precision.value,
        "captured_origin": date.origin.value,
    }
