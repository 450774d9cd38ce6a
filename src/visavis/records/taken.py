"""What a picture and a stretch of a film have in common when they are taken in: rows of media, faces and templates."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from visavis.domain.arrays import Vectors
from visavis.domain.errors import RefusedError
from visavis.domain.face import AnalysedFace
from visavis.domain.ids import FaceId, MediaId, new_id
from visavis.domain.media import CaptureDate, PictureMetadata
from visavis.records import tables
from visavis.records.database import Work
from visavis.records.files import Job
from visavis.records.rotation import Rotations
from visavis.records.row_format import SEGMENT_ROWS
from visavis.records.rows import RowStore
from visavis.records.vault import PathSealer


class TemplateRows:
    """Writes vectors to the row files, and reads them."""

    def __init__(self, rows: RowStore, rotations: Rotations, *, pack_id: str) -> None:
        self._rows = rows
        self._rotations = rotations
        self._pack_id = pack_id

    def store(self, work: Work, job: Job, vectors: Sequence[Vectors]) -> list[dict[str, Any]]:
        """Turn and append vectors, on the disk when this returns; return a row of `template` for each, without its face."""
        transform = self._rotations.current(work, job.rotation_group_id)
        if not vectors:
            return []
        keys, checksums = self._rows.append(self._rotations.turn(np.stack(vectors), transform))
        self._rows.sync()
        return [self._row(job, transform, int(key), int(checksum)) for key, checksum in zip(keys, checksums, strict=True)]

    def read(self, keys: Sequence[int], transforms: Sequence[int]) -> Vectors:
        """Return (N, D) float32 vectors, turned back, of keys that lie under these rotations."""
        rows = self._rows.read(np.array(keys, np.int64))
        turned = [self._rotations.turn_back(row, transform) for row, transform in zip(rows, transforms, strict=True)]
        return np.stack(turned) if turned else np.empty((0, rows.shape[1]), np.float32)

    def _row(self, job: Job, transform: int, key: int, checksum: int) -> dict[str, Any]:
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


def check_live(work: Work, job: Job) -> None:
    """Refuse (`source-live`) what is of a source that is not live: it may have been frozen since its files were read."""
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


def count_read(work: Work, job: Job, *, files: int, templates: int) -> None:
    """Add to what a run has read."""
    counts = {"read": tables.job.c.read + files, "faces": tables.job.c.faces + templates}
    work.run(sa.update(tables.job).where(tables.job.c.number == job.number).values(**counts))


def media_row(work: Work, job: Job, number: int, said: PictureMetadata) -> dict[str, object]:
    """Return the part of a row of `media` that every kind has."""
    return {
        "number": number,
        "id": MediaId(new_id(work.at)),
        "source_number": job.source_number,
        "page": 0,
        **date_columns(said.captured),
        "latitude": said.latitude,
        "longitude": said.longitude,
        "created_at": work.at,
    }


def media_texts(sealer: PathSealer, number: int, key: int, said: PictureMetadata) -> dict[str, object]:
    """Return what a picture's own key closes, and that key."""
    texts = {name: getattr(said, name) for name in ("caption", "credit", "rights", "asset_id")}
    closed = {name: sealer.seal(f"media.{name}", text, row=str(number), key=key) if text else None for name, text in texts.items()}
    return {**closed, "key_id": key}


def face_row(  # noqa: PLR0913 - a row has many columns
    work: Work, number: int, appearance_number: int, sha256: bytes, face: AnalysedFace, *, at_ticks: int = 0, dhash: bytes | None = None
) -> dict[str, object]:
    """Return a row of `face`; `at_ticks` and `dhash` are of a film's frame."""
    box, quality = face.box, face.quality
    return {
        "number": number,
        "id": FaceId(new_id(work.at)),
        "appearance_number": appearance_number,
        "anchor": f"{sha256.hex()}/{at_ticks}/{box.left:.4f},{box.top:.4f},{box.width:.4f},{box.height:.4f}",
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
        "at_ticks": at_ticks,
        "dhash": dhash,
    }


def date_columns(date: CaptureDate | None) -> dict[str, object]:
    """Return the columns of a capture date."""
    if date is None:
        return dict.fromkeys(("captured_at", "captured_first", "captured_last", "captured_precision", "captured_origin"))
    return {
        "captured_at": date.text,
        "captured_first": date.first.toordinal() if date.first else None,
        "captured_last": date.last.toordinal() if date.last else None,
        "captured_precision": date.precision.value,
        "captured_origin": date.origin.value,
    }
