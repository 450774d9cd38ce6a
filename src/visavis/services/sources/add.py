"""A folder and a charter become a source: live at once where the profile's own declaration is enough, else a draft to be signed."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from visavis.domain.actor import Actor
from visavis.domain.errors import CharterInvalid, InputError
from visavis.domain.ids import SourceId
from visavis.domain.signing import Signer
from visavis.law.charter import Charter, check_usable
from visavis.law.file_signs import FileSigns, Unanswered, check_answered
from visavis.law.reading import refusal_of
from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.law.writing import household_charter
from visavis.records.archive import Records
from visavis.records.sources import NewSource
from visavis.services.sources.filing import Look, answer, case_of, charter_of, findings, new_version


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRequest:
    """What a person asks for: a folder with either a profile that needs no file (household) or a charter.

    `charter` is a file, or the text of one that stands for itself. `answer` is what they write to what the files say against the charter;
    empty = nothing.
    """

    actor: Actor
    folder: Path
    profile: str | None = None
    title: str | None = None
    charter: Path | str | None = None
    exclude: tuple[str, ...] = ()
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A source, and what the files of a folder that was added say against its charter."""

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
            `person-needed`, `role-allowed`, a rule of `law.charter.check_usable`; `answer-given` where nobody will be asked to sign.
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
            new = NewSource(
                charter=new_version(charter, self._rules),
                draft=draft,
                root=folder,
                exclude=request.exclude,
                rotation_group_id=self._records.rotations.group_for(
                    work,
                    controller=charter.controller.name if charter.controller else "",
                    purposes=charter.purposes,
                    profile=charter.profile,
                ),
                case=None if draft else case_of(charter, self._rules, opened_by=request.actor.person_id),
            )
            source_id, root = self._records.sources.add(work, new)
            self._records.charters.found(work, source_id, root, findings(signs.contradictions))
            if request.answer:
                answer(self._records, work, self._signer, source_id, request.answer)
        return Added(source_id=source_id, signs=signs)

    def _charter(self, request: SourceRequest) -> Charter:
        try:
            return self._read(request, self._records.clock.now().date())
        except CharterInvalid as error:
            refusal, fields = refusal_of(error)
            self._records.note_refusal(request.actor, "collection", refusal, fields=fields)
            raise

    def _read(self, request: SourceRequest, today: dt.date) -> Charter:
        if request.charter is not None and request.profile is None and request.title is None:
            return charter_of(request.charter, self._rules)
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
