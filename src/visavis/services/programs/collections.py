"""Collections of programs that ask in the shapes of Amazon Rekognition: an owner allows the name, the program creates it."""

import re
from dataclasses import dataclass
from pathlib import Path

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.ids import ServiceId
from visavis.law.roles import Act, check_role
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.collections import CollectionRecord
from visavis.records.sources import SourceRecord

NAME = re.compile(r"[a-zA-Z0-9_.\-]{1,255}")
"""As Amazon has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRequest:
    """A collection as an owner allows it.

    Attributes
    ----------
    key : str
        Name, id, or end of the id of the program's key.
    source : str
        Id, end of an id, or title.
    folder : Path or None
        A folder of the source in which its pictures are put; None = it takes none.
    """

    name: str
    key: str
    source: str
    folder: Path | None = None


class ManageCollections:
    """Allows and forbids them, as an owner."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def allow(self, actor: Actor, request: CollectionRequest, *, profile: str | None) -> CollectionRecord:
        """Let a program call a source by a name.

        Raises
        ------
        InputError
            No such key or source, a name that Amazon would not take, or one that the key has; a folder that is none of the source's.
        RefusedError
            Not an act of the actor's roles; `key-bounds`: the key does not name the source.
        """
        records = self._records
        with records.noting_refusals(actor, "set-up", what="collection-allow"):
            check_role(actor, Act.ISSUE_KEY, profile=profile)
        if not NAME.fullmatch(request.name):
            raise InputError(
                f"«{request.name[:80]}» is no name of a collection", remedy="1 to 255 letters, digits, underscores, stops and hyphens"
            )
        program, source = records.programs.one(request.key), records.sources.one(request.source)
        if program.revoked_at is not None:
            raise InputError(f"the key of {program.name} was revoked", remedy="visavis key list")
        with records.noting_refusals(actor, "set-up", what="collection-allow", source=source.id, service=program.id):
            if source.number not in program.sources:
                raise RefusedError("the key does not name that source", rule=Rule.KEY_BOUNDS, remedy="visavis key add NAME --source SOURCE")
        folder = "" if request.folder is None else str(folder_of(source, request.folder)[0])
        with records.work(actor) as work:
            records.collections.add(work, program.id, request.name, source_number=source.number, folder=folder)
        return self._one(program.id, request.name)

    def forbid(self, actor: Actor, name: str, key: str, *, profile: str | None) -> CollectionRecord:
        """Let a program call its source so no longer; what was read stays.

        Raises
        ------
        InputError
            No such key or collection.
        RefusedError
            Not an act of the actor's roles.
        """
        with self._records.noting_refusals(actor, "set-up", what="collection-forbid"):
            check_role(actor, Act.ISSUE_KEY, profile=profile)
        found = self._one(self._records.programs.one(key).id, name)
        with self._records.work(actor) as work:
            self._records.collections.remove(work, found)
        return found

    def _one(self, service_id: ServiceId, name: str) -> CollectionRecord:
        found = self._records.collections.of(service_id, name)
        if found is None:
            raise InputError(f"this key has no collection «{name[:80]}»", remedy="visavis collection list")
        return found


class CreateCollection:
    """Creates one, as its program."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str) -> CollectionRecord:
        """Create a collection that was allowed to the program.

        Raises
        ------
        InputError
            It is created already.
        RefusedError
            `key-bounds`: nobody allowed it to this key, or a person asks.
        """
        records = self._records
        with records.noting_refusals(actor, "set-up", what="collection-create"):
            found = None if actor.service_id is None else records.collections.of(actor.service_id, name)
            if found is None:
                raise RefusedError(
                    "nobody allowed this collection to this key: its pictures need a charter, and its searches a case",
                    rule=Rule.KEY_BOUNDS,
                    remedy="an owner allows it: visavis collection allow NAME --key KEY --source SOURCE",
                )
        if found.created_at is not None:
            raise InputError("this collection is there already", remedy="go on with it")
        source_id = next(source.id for source in records.sources.all() if source.number == found.source_number)
        with records.work(actor) as work:
            records.collections.created(work, found, source_id=source_id)
        return self._records.collections.of(found.service_id, name) or found


def folder_of(source: SourceRecord, folder: Path) -> tuple[Path, int, str]:
    """Return a folder of a source with no link in it, the number of its root, and its path below that.

    Raises
    ------
    InputError
        It is no folder, or none of the source's.
    """
    real = folder.expanduser().resolve()
    for root in source.roots:
        top = root.path.resolve()
        if real.is_dir() and real.is_relative_to(top):
            below = real.relative_to(top).as_posix()
            return real, root.number, "" if below == "." else below
    raise InputError(f"{folder} is no folder of «{source.title}»", remedy="name its folder, or one below it: visavis source list")
