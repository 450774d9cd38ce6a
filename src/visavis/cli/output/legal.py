"""A source's legal file on screen and for programs: state, profile, who signed which version, what its files say."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from visavis.cli.output.plain_text import shown

if TYPE_CHECKING:
    from visavis.wiring import Added, Archive, SourceRecord


def source_document(opened: "Archive", source: "SourceRecord") -> dict[str, object]:
    """Return a source as a program reads it."""
    signed = source.signed_by
    return {
        "source_id": source.id,
        "title": source.title,
        "profile": source.profile,
        "state": source.state,
        "offline": source.offline,
        "live_from": _day(source.live_from),
        "live_until": _day(source.live_until),
        "charter_version": source.charter_version,
        "charter_sha256": source.charter_sha256,
        "draft_version": source.draft_version,
        "policy": source.policy,
        "signed_by": None
        if signed is None
        else {"name": signed.name, "role": signed.role, "person_id": signed.person_id, "at": signed.at.isoformat()},
        "signs": [
            {"rule": one.rule, "count": one.count, "looked_at": one.looked_at, "over_limit": one.over_limit}
            for one in opened.charters.findings(source)
        ],
        "unanswered": [one.rule for one in opened.charters.unanswered(source)],
        "case_id": opened.standing_case(source) or None,
        "folders": [str(root.path) for root in source.roots],
        "exclude": list(source.exclude),
    }


def source_lines(source: "SourceRecord", document: dict[str, object]) -> Iterable[str]:
    """Say line by line what `source_document` says of a source; what does not apply is left out."""
    told = {**document, "signed_by": signer(source).removeprefix("signed by ")}
    for name, value in told.items():
        if name == "signs":
            yield from (f"files say: {one['rule']}, {one['count']:,} of {one['looked_at']:,} looked at" for one in _rows(value))
        elif value not in (None, []):
            yield f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"


def _rows(value: object) -> Iterable[dict[str, Any]]:
    return value if isinstance(value, list) else ()


def signer(source: "SourceRecord") -> str:
    """Say who put the charter in force."""
    signed = source.signed_by
    if signed is None:
        return "not signed yet"
    if signed.person_id is None:
        return f"by the profile's own declaration, made by {signed.name} on {signed.at:%Y-%m-%d}"
    return f"signed by {signed.name} ({signed.role}) on {signed.at:%Y-%m-%d}"


def added_text(opened: "Archive", source: "SourceRecord", added: "Added") -> str:
    """Say what became of a folder that was added, what its files say against the charter, and what comes next."""
    return "".join(f"{shown(line)}\n" for line in _added(opened, source, added))


def _added(opened: "Archive", source: "SourceRecord", added: "Added") -> Iterable[str]:
    yield f"added «{source.title}» ({source.profile}, {source.state}), source {source.id}"
    yield f"charter version {source.charter_version}, {signer(source)}; rules: {source.policy}"
    from visavis.wiring.sources import says

    for one in added.signs.contradictions:
        mark = "!" if one.over_limit else "-"
        yield f"  {mark} {one.sign.value}: {one.count:,} of {one.looked_at:,} looked at; {says(one.sign)}"
        yield from (f"      {path}" for path in added.signs.examples.get(one.sign, ()))
    if opened.charters.unanswered(source):
        yield "over the limit (!): answer in writing, else it can't be signed"
        yield f'next: visavis source answer {source.id} --text "where the pictures come from" --as PERSON'
    elif source.signed_by is None:
        yield "a draft: nothing is read or searched before it is signed"
        yield f"next: visavis source sign {source.id} --as PERSON"
    else:
        if source.profile != "household" and (case := opened.standing_case(source)):
            yield f"search it under its standing case: --case {case}"
        yield "next: visavis ingest"


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
