"""A folder and a charter become a source."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.domain.ids import SourceId
from visavis.law.charter import Charter, check_usable, standing_case
from visavis.law.policy import Policy
from visavis.law.reading import read_charter
from visavis.law.writing import canonical_toml, charter_sha256, household_charter
from visavis.records.archive import Records
from visavis.records.sources import NewSource


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRequest:
    """What a person asks for: a folder with either a profile that needs no file (household) or a charter file."""

    actor: Actor
    folder: Path
    profile: str | None = None
    title: str | None = None
    charter: Path | None = None
    exclude: tuple[str, ...] = ()


class AddSource:
    """Adds sources to an archive."""

    def __init__(self, records: Records, policy: Policy) -> None:
        self._records = records
        self._policy = policy

    def run(self, request: SourceRequest) -> SourceId:
        """Check folder and charter, and write the source with the charter as it was given.

        Raises
        ------
        InputError
            No such folder; neither or both of profile and charter; the folder is a source already; it and the archive lie one inside
            the other.
        CharterInvalid
            A field is missing or contradicts another; all problems at once.
        RefusedError
            The charter's profile can't be used in this version.
        """
        folder = self._records.check_root(request.folder)
        at = self._records.clock.now()
        charter = self._charter(request, at.date())
        check_usable(charter, self._policy, at=at)
        with self._records.work(request.actor) as work:
            group = self._records.rotations.group_for(
                work,
                controller=charter.controller.name if charter.controller else "",
                purposes=charter.purposes,
                profile=charter.profile,
            )
            return self._records.sources.add(work, self._source(request, charter, folder, group))

    def _source(self, request: SourceRequest, charter: Charter, folder: Path, rotation_group_id: int) -> NewSource:
        case, last = standing_case(charter, self._policy), charter.last_day()
        return NewSource(
            title=charter.title,
            profile=charter.profile,
            charter_toml=canonical_toml(charter),
            charter_sha256=charter_sha256(charter),
            live_from=charter.valid_from,
            live_until=last[0] if last else None,
            root=folder,
            exclude=request.exclude,
            rotation_group_id=rotation_group_id,
            case_kind=None if case is None else "shared" if case.shared else "standing",
            case_purpose=case.purpose if case else "",
            case_title=case.title if case else "",
        )

    def _charter(self, request: SourceRequest, today: dt.date) -> Charter:
        if request.charter is not None and request.profile is None and request.title is None:
            return read_charter(request.charter, self._policy)
        if request.charter is None and request.profile == "household" and request.title:
            return household_charter(request.title, today, self._policy)
        if request.charter is None and request.profile not in (None, "household"):
            raise InputError(
                f"the profile «{request.profile}» needs a charter file",
                remedy=f"visavis source charter --profile {request.profile} > charter.toml, fill it in, then --charter charter.toml",
            )
        raise InputError(
            "a source needs either --profile household with --title, or --charter FILE (which names both)",
            remedy='visavis source add FOLDER --profile household --title "Family"',
        )
