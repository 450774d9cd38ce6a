"""From the law's values to what is filed: a charter's version, the case that opens with it, a signature under either."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from visavis.domain.errors import RefusedError
from visavis.domain.ids import PersonId, SourceId
from visavis.domain.signing import Signer
from visavis.law.charter import Charter, standing_case
from visavis.law.file_signs import Contradiction, FileSigns
from visavis.law.reading import parse_charter, read_charter
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule
from visavis.law.writing import canonical_toml, charter_sha256
from visavis.records.archive import Records
from visavis.records.cases import CaseFile
from visavis.records.charters import Finding
from visavis.records.database import Work
from visavis.records.sources import NewVersion

Look = Callable[[Path, tuple[str, ...], Charter], FileSigns]
"""(folder, exclude globs, charter) to what the files say against the charter."""


def charter_of(charter: Path | str, rules: Rulebook) -> Charter:
    """Read a charter from its file, or from its text; `CharterInvalid` says what is wrong with it."""
    return read_charter(charter, rules) if isinstance(charter, Path) else parse_charter(charter, rules)


def new_version(charter: Charter, rules: Rulebook) -> NewVersion:
    """Return a charter as it is filed."""
    last = charter.last_day()
    return NewVersion(
        title=charter.title,
        profile=charter.profile,
        toml=canonical_toml(charter),
        sha256=charter_sha256(charter),
        policy=rules.of(charter).mark,
        valid_from=charter.valid_from,
        valid_to=last[0] if last else None,
    )


def case_of(charter: Charter, rules: Rulebook, *, opened_by: PersonId | None) -> CaseFile | None:
    """Return the case that opens with a charter, on its profile's terms and without its source; None = each search needs its own."""
    case = standing_case(charter, rules)
    if case is None:
        return None
    policy = rules.of(charter)
    profile, last = policy.profiles[charter.profile], charter.last_day()
    return CaseFile(
        kind="shared" if case.shared else "standing",
        profile=charter.profile,
        title=case.title,
        purpose=case.purpose,
        sources=frozenset(),
        legal_reference=charter.basis.law if charter.basis else "",
        necessity=case.reason,
        seeks="unknown person",
        max_candidates=profile.most_candidates,
        open_until=None if case.shared or last is None else last[0],
        approvals_needed=profile.approvals,
        reviewers_needed=profile.reviewers,
        one_face=profile.one_face,
        reason_needed=profile.reason_needed,
        policy=policy.mark,
        opened_by=opened_by,
    )


def findings(contradictions: Iterable[Contradiction]) -> list[Finding]:
    """Return what files say against a charter as it is filed: counts, never a path."""
    return [Finding(rule=one.sign.value, count=one.count, looked_at=one.looked_at, over_limit=one.over_limit) for one in contradictions]


def sign(records: Records, work: Work, signer: Signer | None, what: str, object_id: str, facts: Mapping[str, object]) -> None:
    """Keep the signer's signature in this unit of work; at home and in a trial, where nobody signs in, nothing is signed."""
    if signer is None or signer.actor.person_id is None:
        if work.actor.person_id is not None:
            raise RefusedError(
                "a signature needs the key of who signs", rule=Rule.PERSON_NEEDED, remedy="repeat the command with --as PERSON"
            )
        return
    statement, signature = signer.statement(what, object_id, facts, at=work.at)
    records.signatures.add(work, what=what, object_id=object_id, person_id=signer.actor.person_id, statement=statement, signature=signature)


def answer(records: Records, work: Work, signer: Signer | None, source_id: SourceId, text: str) -> None:
    """File a person's answer to what the files say, sealed, with their signature over its hash."""
    note = records.charters.answer(work, source_id, text)
    sign(records, work, signer, "answer", note, {"source": source_id, "text_sha256": hashlib.sha256(text.encode()).hexdigest()})
