"""JSON and CSV: stable keys for programs (`docs/reference/search-json.md`), nothing folded, no vector."""

import csv
import json
from collections.abc import Mapping, Sequence
from typing import TextIO

from visavis.cli.output import reading
from visavis.cli.output.plain_text import encodable, shown
from visavis.domain.face import Box
from visavis.domain.identification import Candidate, ExpectedHits, ProbePicture, SearchResult

COLUMNS = (
    "rank", "candidate_id", "face_id", "media_id", "source_id", "source_title", "group", "kind", "similarity", "gallery_size",
    "threshold", "pack", "path", "captured_at", "start_s", "end_s", "at_s", "timecode", "page", "box_left", "box_top", "box_width",
    "box_height", "probe_face", "weak", "offline", "decided", "labels", "search_id", "case_id", "purpose", "expected_false_hits", "stamp",
    "strangers", "adjusted", "together",
)  # fmt: skip
"""Header of the CSV form: no similarity without N, threshold and pack beside it, and no row without its search and case."""

_DECIMALS = 4
_BOX_DECIMALS = 6  # a hundredth of a pixel in a picture 10,000 pixels wide
_LEAST = 1e-6
_FORMULA = ("=", "+", "-", "@")


def search_document(result: SearchResult) -> dict[str, object]:
    """Return the answer to one search as plain values, every candidate listed.

    `threshold` is rounded as the similarities are: rounding keeps order, so no candidate looks as if it lay below.
    """
    return {
        "search_id": result.search_id,
        "case_id": result.case_id,
        "at": result.at.isoformat(),
        "probe": {"photos": [_photo(picture) for picture in result.probes]},
        "gallery_size": result.gallery_size,
        "threshold": round(float(result.threshold.value), _DECIMALS),
        "threshold_trial": result.threshold.trial,
        "pack": result.pack,
        "undated_left_out": result.undated_left_out,
        "expected_false_hits": result.expected_false_hits,
        "expected": _expected(result.expected),
        "purpose": result.purpose,
        "policy": result.policy,
        "signed_by": list(result.signed_by),
        "stamp": reading.stamp(result),
        "notices": list(result.notices),
        "candidates": [_candidate(candidate) for candidate in result.candidates],
    }


def plain_document(result: SearchResult) -> dict[str, object]:
    """Return `search_document` with every text as JSON can hold it."""
    valid = _valid(search_document(result))
    return valid if isinstance(valid, dict) else {}


def emit(document: Mapping[str, object], stream: TextIO, *, indent: int | None = 2) -> None:
    r"""Write one JSON object and a newline: keys sorted, ASCII only, so that no encoding and no terminal can be upset by a name.

    Bytes of names that are no UTF-8 are written as `\xNN` in the text, since JSON has no way to hold them.

    Raises
    ------
    ValueError
        If a number is not finite: JSON has no word for it.
    """
    json.dump(_valid(document), stream, indent=indent, sort_keys=True, allow_nan=False)
    stream.write("\n")


def write_csv(result: SearchResult, stream: TextIO) -> None:
    """Write a header and one row a candidate, one line each.

    Control characters and bytes that are no UTF-8 are backslash escapes. Texts that a spreadsheet would run as a formula (they start
    with `=`, `+`, `-` or `@`) get an apostrophe in front; numbers stay numbers.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    told = search_document(result)
    shared = {column: told[column] for column in COLUMNS if column in told}
    for candidate in result.candidates:
        row = {**shared, **_candidate(candidate)}
        row |= {f"box_{side}": value for side, value in _box(candidate.box).items()}
        row |= {"weak": "; ".join(candidate.weaknesses), "offline": str(candidate.offline).lower()}
        row |= {"timecode": candidate.timecode}
        row |= {"decided": candidate.decided, "labels": "; ".join(candidate.labels)}
        writer.writerow([_cell(row[column]) for column in COLUMNS])


def _photo(picture: ProbePicture) -> dict[str, object]:
    return {
        "name": picture.name,
        "faces": [
            {"number": number, "box": _box(face.box), "picked": number in picture.picked, "weak": list(face.quality.weaknesses())}
            for number, face in enumerate(picture.faces, start=1)
        ],
    }


def _candidate(candidate: Candidate) -> dict[str, object]:
    return {
        "rank": candidate.rank,
        "candidate_id": candidate.candidate_id,
        "face_id": candidate.face_id,
        "media_id": candidate.media_id,
        "source_id": candidate.source_id,
        "source_title": candidate.source_title,
        "group": candidate.group,
        "kind": candidate.kind,
        "similarity": round(float(candidate.similarity), _DECIMALS),
        "path": candidate.path,
        "captured_at": candidate.captured_at,
        "start_s": candidate.start_s,
        "end_s": candidate.end_s,
        "at_s": candidate.at_s,
        "timecode": candidate.timecode or None,
        "page": candidate.page,
        "box": _box(candidate.box),
        "probe_face": candidate.probe_face,
        "weak": list(candidate.weaknesses),
        "offline": candidate.offline,
        "decided": candidate.decided or None,
        "labels": list(candidate.labels),
        "strangers": None if candidate.strangers is None else significant(candidate.strangers),
        "adjusted": None if candidate.adjusted is None else round(candidate.adjusted, _DECIMALS),
        "together": candidate.together or None,
    }


def _expected(hits: ExpectedHits | None) -> dict[str, object] | None:
    if hits is None:
        return None
    return {
        "count": significant(hits.count),
        "interval": [significant(hits.low), significant(hits.high)],
        "own_pictures": hits.own,
        "rests_on": hits.data,
        "probes": list(hits.probes),
        "ranked_by": hits.ranked_by,
    }


def significant(value: float) -> float:
    """Return an expectation with three significant digits, and no lower than `_LEAST`: it is known no better."""
    return float(f"{max(value, _LEAST):.3g}")


def _box(box: Box) -> dict[str, float]:
    sides = {"left": box.left, "top": box.top, "width": box.width, "height": box.height}
    return {side: round(float(value), _BOX_DECIMALS) for side, value in sides.items()}


def _valid(value: object) -> object:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, Mapping):
        return {encodable(str(key)): _valid(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_valid(item) for item in value]
    return value


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = shown(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
