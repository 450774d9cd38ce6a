"""A folder and a charter become a source: live at once where the profile's own declaration is enough, else a draft to be signed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from visavis.domain.actor import Actor
from visavis.domain.errors import CharterInvalid, InputError
from visavis.domain.ids import SourceId
from visavis.law.charter import Charter, check_usable, standing_case
from visavis.law.file_signs import FileSigns, Unanswered, check_answered
from visavis.law.reading import read_charter, refusal_of
from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.law.writing import canonical_toml, charter_sha256, household_charter
from visavis.records.archive import Records
from visavis.records.charters import Finding
from visavis.records.refusals import refusals_noted
from visavis.records.sources import NewCase, NewSource

Look = Callable[[Path, tuple[str, ...], Charter], FileSigns]
"""(folder, exclude globs, charter) to what the files say against the charter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRequest:
    """What a person asks for: a folder with either a profile that needs no file (household) or a charter file.

    `answer` is what they write to what the files say against the charter; empty = nothing.
    """

    actor: Actor
    folder: Path
    profile: str | None = None
    title: str | None = None
    charter: Path | None = None
    exclude: tuple[str, ...] = ()
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A new source, and what its files say against its charter."""

    source_id: SourceId
    signs: FileSigns


class AddSource:
    """Adds sources to an archive. A refusal leaves a leaf and no row."""

    def __init__(self, records: Records, rules: Rulebook, *, look: Look, signer: Signer | None = None) -> None:
        self._records = records
        self._rules = rules
        self._look = look
        self._signer = signer

    def run(self, request: SourceRequest) -> Added:
        """Check folder, charter and files, and write the source with the charter as it was given.

        Raises
        ------
        InputError
            No such folder; neither or both of profile and charter; the folder is a source already; it and the archive lie one inside
            the other.
        CharterInvalid
            A field is missing or contradicts another; all problems at once.
        RefusedError
            `person-needed`, `role-allowed`, or one of the rules that `law.charter.check_usable` asks; `answer-given` where nobody will
            be asked to sign.
        """
        folder = self._records.check_root(request.folder)
        charter = self._charter(request)
        draft = self._rules.of(charter).profiles[charter.profile].person_needed
        with self._records.noting_refusals(request.actor, "collection", profile=charter.profile):
            check_role(request.actor, Act.ADD_SOURCE, profile=charter.profile)
            check_usable(charter, self._rules, at=self._records.clock.now())
            signs = self._look(folder, request.exclude, charter)
            over = [one.sign for one in signs.contradictions if one.over_limit]
            if not draft and not request.answer:
                check_answered(Unanswered(signs=over, remedy='repeat the command with --answer "where the pictures come from"'))
        with self._records.work(request.actor) as work:
            source_id, root = self._records.sources.add(work, self._new(charter, folder, request.exclude, draft=draft))
            self._records.charters.found(work, source_id, root, [_finding(one) for one in signs.contradictions])
            if request.answer:
                note = self._records.charters.answer(work, source_id, request.answer)
                self._sign(work, note, {"source": source_id, "text_sha256": hashlib.sha256(request.answer.encode()).hexdigest()})
        return Added(source_id=source_id, signs=signs, unanswered=bool(over) and not request.answer)

    def _charter(self, request: SourceRequest) -> Charter:
        try:
            return self._read(request, self._records.clock.now().date())
        except CharterInvalid as error:
            refusal, fields = refusal_of(error)
            self._records.note_refusal(request.actor, "collection", refusal, fields=fields)
            raise

    def _read(self, request: SourceRequest, today: dt.date) -> Charter:
        if request.charter is not None and request.profile is None and request.title is None:
            return read_charter(request.charter, self._rules)
        if request.charter is None and request.profile == "household" and request.title:
            return household_charter(request.title, today, self._rules)
        if request.charter is None and request.profile not in (None, "household"):
            raise InputError(
                f"the profile «{request.profile}» needs a charter file",
                remedy=f"visavis source charter --profile {request.profile} > charter.toml, fill it in, then --charter charter.toml",
            )
        raise InputError(
            "a source needs either --profile household with --title, or --charter FILE (which names both)",
            remedy='visavis source add FOLDER --profile household --title "Family"',
        )

    def _new(self, charter: Charter, folder: Path, exclude: tuple[str, ...], *, draft: bool) -> NewSource:
        last = charter.last_day()
        return NewSource(
            title=charter.title,
            profile=charter.profile,
            charter_toml=canonical_toml(charter),
            charter_sha256=charter_sha256(charter),
            policy=self._rules.of(charter).mark,
            draft=draft,
            live_from=charter.valid_from,
            live_until=last[0] if last else None,
            root=folder,
            exclude=exclude,
            case=None if draft else _shared_case(charter, self._rules),
        )

    def _sign(self, work: Work, note: str, facts: Mapping[str, str]) -> None:
        if self._signer is None or self._signer.actor.person_id is None:
            return
        person_id = self._signer.actor.person_id
        statement, signature = self._signer.statement("answer", note, facts, at=work.at)
        self._records.signatures.add(
            work, what="answer", object_id=note, person_id=person_id, statement=statement, signature=signature
        )


def _finding(one: Contradiction) -> Finding:
    return Finding(rule=one.sign.value, count=one.count, looked_at=one.looked_at, over_limit=one.over_limit)
