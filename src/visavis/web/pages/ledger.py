"""The ledger: its leaves a page at a time, one leaf with its proof, and what leaves the house for who checks it."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.web.asked import day, nothing_here, whole
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.visit import NotThere, Visit
from visavis.wiring.ledger import LogPurpose, Operation

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.ledger import Given, LogEntry

A_PAGE = 50
MOST_LEAVES = 200_000
"""Of an export in a browser, some hundred megabytes; a longer ledger is written to a file by the command line."""
PURPOSES = {
    LogPurpose.LAWFULNESS: "Verifying that what was done was lawful",
    LogPurpose.SELF_MONITORING: "Self-monitoring",
    LogPurpose.INTEGRITY: "Integrity and security of the data",
    LogPurpose.PROCEEDINGS: "Criminal proceedings",
}
ASKED = ("purpose", "operation", "about", "since", "until", "before")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A leaf as one line of the list; `facts` are (name, text) pairs."""

    seq: int
    at: str
    operation: str
    role: str
    mark: str
    what: str
    facts: tuple[tuple[str, str], ...]


async def browse(visit: Visit) -> Response:
    """Ask what the ledger is read for; then show a page of it, the newest first. That reading is a leaf of its own."""
    asked = {name: visit.request.query_params.get(name, "").strip() for name in ASKED}
    if not asked["purpose"]:
        return await _page(visit, asked, None, None)
    try:
        before = whole(asked["before"])
        since, until = day(asked["since"]), day(asked["until"])
        entries = await visit.house.archive.act(
            visit.here.who,
            lambda archive: list(
                archive.ledger.log(
                    purpose=asked["purpose"],
                    since=since,
                    until=until,
                    operation=asked["operation"] or None,
                    about=asked["about"] or None,
                    last=A_PAGE,
                    before=before,
                )
            ),
        )
    except InputError as error:
        return await _page(visit, asked, None, error)
    return await _page(visit, asked, [line_of(entry) for entry in reversed(entries)], None)


async def leaf(visit: Visit) -> Response:
    """Show one leaf with its inclusion proof and the signed tree head; the look is a leaf of its own."""
    seq = _seq(visit)

    def read(archive: "Archive") -> "tuple[LogEntry, bytes, bytes]":
        found = list(archive.ledger.log(seq=seq))
        if not found:
            raise InputError(f"there is no leaf {seq}")
        proof = archive.ledger.proof(seq)
        return found[0], proof.leaf_hash, proof.text

    with nothing_here():
        entry, leaf_hash, proof = await visit.house.archive.act(visit.here.who, read)
    return visit.page(
        "leaf.html.j2",
        line=line_of(entry),
        told=json.dumps(entry.told, indent=2, ensure_ascii=False).splitlines(),
        leaf_hash=leaf_hash.hex(),
        proof=proof.decode().splitlines(),
    )


async def proof(visit: Visit) -> Response:
    """Give the proof of a leaf as a file; it shows the leaf's hash and nothing of it."""
    seq = _seq(visit)
    with nothing_here():
        found = await visit.house.archive.act(visit.here.who, lambda archive: archive.ledger.proof(seq))
    return _file(found.text, f"leaf-{seq}.tlog-proof", "text/plain; charset=utf-8")


async def checkpoint(visit: Visit) -> Response:
    """Sign the ledger as it stands, for somebody outside to keep."""
    form = visit.form
    given = await visit.house.archive.act(
        visit.here.who, lambda archive: archive.ledger.checkpoint(recipient=form.one("recipient"), because=form.one("because"))
    )
    return _file(given.checkpoint, f"checkpoint-{given.size}.txt", "text/plain; charset=utf-8", key=given.key)


async def export(visit: Visit) -> Response:
    """Give the whole ledger, for an auditor to check with `visavis-audit`."""
    form = visit.form

    def act(archive: "Archive") -> "tuple[Given, bytes]":
        if archive.ledger.size() > MOST_LEAVES:
            raise InputError(f"the ledger has more than {MOST_LEAVES:,} acts, which only «visavis ledger export FILE» writes down")
        given, lines = archive.ledger.export(
            recipient=form.one("recipient"), because=form.one("because"), payloads=bool(form.one("payloads"))
        )
        return given, b"".join(lines)

    try:
        given, lines = await visit.house.back.act(visit.here.who, act)
    except (InputError, RefusedError) as error:
        return await _page(visit, dict.fromkeys(ASKED, ""), None, error)
    return _file(lines, f"ledger-{given.size}.export", "application/octet-stream", key=given.key)


def line_of(entry: "LogEntry") -> Line:
    """Return a leaf as a line: what it is called, and the ids, counts and words that it holds."""
    told = entry.told
    objects, facts, actor = (_mapping(told[part]) for part in ("objects", "facts", "actor"))
    outer = {name: told[name] for name in ("case", "purpose", "justification", "policy", "gallery_size", "threshold")}
    shown = {name: _said(value) for name, value in {**outer, **objects, **facts}.items() if name != "what"}
    return Line(
        seq=entry.seq,
        at=f"{entry.at:%Y-%m-%d %H:%M:%S}",
        operation=str(told["operation"]),
        role=str(actor.get("role", "")),
        mark=str(actor.get("mark", ""))[:8],
        what=str(facts.get("what", "")),
        facts=tuple((name, text) for name, text in shown.items() if text),
    )


def _said(value: object) -> str:
    """Return a fact of a leaf as text; empty = it says nothing."""
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value)
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


async def _page(visit: Visit, asked: dict[str, str], lines: list[Line] | None, error: VisavisError | None) -> Response:
    size, given = await visit.house.archive.act(visit.here.who, lambda archive: (archive.ledger.size(), archive.ledger.given()))
    older = ""
    if lines and len(lines) == A_PAGE:
        older = "/ledger?" + urlencode({**asked, "before": lines[-1].seq})
    return visit.page(
        "ledger.html.j2",
        error=error,
        size=size,
        given=given[:20],
        asked=asked,
        lines=lines,
        older=older,
        purposes=[(word.value, says) for word, says in PURPOSES.items()],
        operations=[word.value for word in Operation],
        said={name: visit.form.one(name) for name in ("recipient", "because")},
    )


def _seq(visit: Visit) -> int:
    said: str = visit.request.path_params["seq"]
    if not (said.isascii() and said.isdigit() and len(said) <= 12):
        raise NotThere
    return int(said)


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _file(content: bytes, name: str, kind: str, *, key: str = "") -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'} | ({"x-visavis-key": key} if key else {})
    return Response(content, media_type=kind, headers=headers)


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/ledger", who=Who.ROLE, act="read-ledger", operation="consultation"), browse),
    (Door(method="GET", path="/ledger/{seq}", who=Who.ROLE, act="read-ledger", operation="consultation"), leaf),
    (
        Door(method="GET", path="/ledger/{seq}/proof", who=Who.ROLE, act="read-ledger", because="a hash and its path, nothing of the leaf"),
        proof,
    ),
    (
        Door(method="POST", path="/ledger/checkpoint", who=Who.ROLE, act="read-ledger", operation="disclosure", body_bytes=FORM),
        checkpoint,
    ),
    (Door(method="POST", path="/ledger/export", who=Who.ROLE, act="read-ledger", operation="disclosure", body_bytes=FORM), export),
)
