"""Copies as one ZIP file, with a list of what is in it."""

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeVar

from visavis.decode.crops import face_jpeg
from visavis.domain.errors import UnreadablePicture
from visavis.domain.identification import Candidate
from visavis.records.archive import Records
from visavis.services.copies.pictures import Doors, jpeg, masked, original, too_much
from visavis.services.copies.take import MOST_BYTES, CopyPlan, How, Picture

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a ZIP file can hold: the list inside says when the search was made, and nothing else tells."""
_DECIMALS = 4
_Made = tuple[tuple[Candidate, ...], str, bytes]
"""Who is shown in a file, its name, its bytes."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stands in a file of copies, and how many pictures could not be copied."""

    files: int
    left_out: int


class WriteCopies:
    """Writes planned copies, one original in memory at a time."""

    def __init__(self, records: Records, doors: Doors) -> None:
        self._doors = doors
        self._roots = {source.id: [root.path for root in source.roots] for source in records.sources.all()}

    def run(self, plan: CopyPlan, stream: BinaryIO) -> Written:
        """Write the ZIP file.

        Raises
        ------
        InputError
            The originals are larger than one file takes.
        """
        listed: list[dict[str, object]] = []
        size = 0
        with zipfile.ZipFile(stream, "w") as package:
            for picture in plan.pictures:
                made = self._made(plan.how, picture)
                size += sum(len(body) for _, _, body in made)
                if size > MOST_BYTES:
                    raise too_much(MOST_BYTES)
                for shown, name, body in made:
                    _add(package, name, body)
                    listed += [_line(one, name, body) for one in shown]
                if not made:
                    listed += [_line(one, "", b"") for one in picture.candidates]
            _add(package, "contents.json", json.dumps(_contents(plan, listed), indent=2, sort_keys=True).encode())
        left_out = sum(line["file"] is None for line in listed)
        return Written(files=len(listed) - left_out, left_out=left_out)

    def _made(self, how: How, picture: Picture) -> list[_Made]:
        """Return the files of a picture; none where it can't be read, or is not what was read."""
        first = picture.candidates[0]
        if how is How.ORIGINALS:
            body = self._tried(original, picture)
            return [] if body is None else [(picture.candidates, _name(first, _suffix(first.path)), body)]
        image = self._tried(masked, picture)
        if image is None:
            return []
        if how is How.MASKED:
            return [(picture.candidates, _name(first, ".jpg"), jpeg(image))]
        return [((one,), _name(one, ".jpg"), face_jpeg(image, one.box)) for one in picture.candidates]

    def _tried(self, make: Callable[[Doors, Path, Picture], T], picture: Picture) -> T | None:
        for root in self._roots.get(picture.candidates[0].source_id, ()):
            try:
                return make(self._doors, root, picture)
            except UnreadablePicture:
                continue
        return None


def _contents(plan: CopyPlan, listed: list[dict[str, object]]) -> dict[str, object]:
    return {
        "about": "Copies of candidates of a search. A candidate is a lead, not an identification.",
        "search_id": plan.past.search.id,
        "case_id": plan.past.case.id,
        "searched_at": plan.past.search.at.isoformat(),
        "copies": plan.how.value,
        "candidates": listed,
    }


def _line(candidate: Candidate, name: str, body: bytes) -> dict[str, object]:
    return {
        "rank": candidate.rank,
        "candidate_id": candidate.candidate_id,
        "similarity": round(float(candidate.similarity), _DECIMALS),
        "source": candidate.source_title,
        "path": candidate.path.encode(errors="backslashreplace").decode(),
        "file": name or None,
        "sha256": hashlib.sha256(body).hexdigest() if name else None,
    }


def _name(candidate: Candidate, suffix: str) -> str:
    """Return a file's name in the package: made of rank and id, so that nothing of a path can act where it is unpacked."""
    return f"{candidate.rank:03}-{candidate.candidate_id[-8:]}{suffix}"


def _suffix(path: str) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ""


def _add(package: zipfile.ZipFile, name: str, body: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=_FIRST_DAY)
    entry.external_attr = 0o600 << 16  # nobody else on the machine reads it when it is unpacked
    package.writestr(entry, body)
