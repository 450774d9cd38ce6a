"""The desk of moves to another model pack."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from visavis.domain.errors import InputError
from visavis.index.base import VectorIndex
from visavis.law.admit import Item
from visavis.law.roles import Act
from visavis.records.archive import Records
from visavis.records.generations import wipe_folder
from visavis.wiring import build
from visavis.wiring.gate import LawGate, stops_of
from visavis.wiring.session import Session

if TYPE_CHECKING:  # these import networks and decoders, which most commands do not need
    from visavis.services.repack import Repack, RepackReport, Target
    from visavis.services.repack.move import Admit

OpenIndex = Callable[[Records], AbstractContextManager[VectorIndex]]


class RepackDesk:
    """Moving an archive to another pack, confirming that, or going back."""

    def __init__(self, session: Session, open_index: OpenIndex) -> None:
        self._session = session
        self._open_index = open_index

    def run(
        self, pack_id: str, *, leave_behind: bool = False, progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> "RepackReport":
        """Embed every face anew with a pack, from its original, and search the new templates as soon as none is missing.

        With the pack that the archive has, faces that have no template of it are embedded.

        Parameters
        ----------
        pack_id : str
        leave_behind : bool
            Switch though some faces have no new template: they keep their records and are not searched.
        progress : callable
            Told how many faces were looked at, and how many there are.

        Raises
        ------
        InputError
            The archive is on its way to another pack.
        PackInvalid
            There is no such pack, or its licence asks for an acknowledgement.
        ArchiveBusy
            Another process is writing.
        """
        self._session.check(Act.REPACK)
        target = self._target(pack_id)
        with self._session.writing() as records:
            repack = self._repack(records)
            if records.pack_id == pack_id and not self._unswitched(records):
                with self._open_index(records) as index:
                    return repack.fill_in(self._session.actor, target, index)
            report = repack.run(self._session.actor, target, leave_behind=leave_behind, progress=progress)
        if report.state == "switched":
            self._make_codes()
        return report

    def confirm(self) -> "RepackReport":
        """Erase the old pack's templates for good.

        Raises
        ------
        InputError
            Nothing waits to be confirmed; or what is restricted or on hold stands against it.
        """
        from visavis.services.repack import EndRepack, RepackReport

        self._session.check(Act.REPACK)
        with self._session.writing() as records:
            move = EndRepack(records, step=self._session.step).confirm(self._session.actor)
            kept = records.holdings.templates_kept()
        return RepackReport(state="confirmed", pack=move.to_pack, old_pack=move.from_pack, before=kept, after=kept)

    def back(self) -> "RepackReport":
        """Search the old pack's templates again and erase the new one's; pictures that came since are embedded with the old pack.

        Raises
        ------
        InputError
            There is nothing to take back.
        """
        from visavis.services.repack import EndRepack, RepackReport

        self._session.check(Act.REPACK)
        with self._session.writing() as records:
            before = records.holdings.templates_kept()
            move = EndRepack(records, step=self._session.step).back(self._session.actor)
        self._make_codes()
        with self._session.writing() as records:
            if not records.repackings.faces_waiting(None):
                kept = records.holdings.templates_kept()
                return RepackReport(state="taken back", pack=move.from_pack, old_pack=move.to_pack, before=before, after=kept)
        filled = self.run(move.from_pack)
        return RepackReport(
            state="taken back",
            pack=move.from_pack,
            old_pack=move.to_pack,
            templates=filled.templates,
            before=before,
            after=filled.after,
            refused=filled.refused,
            unread=filled.unread,
            pictures=filled.pictures,
            left_alone=filled.left_alone,
        )

    def warnings(self) -> tuple[str, ...]:
        """Return a line if a move has not ended."""
        move = self._session.records().repackings.now()
        if move is None:
            return ()
        if move.left_at is not None:
            how = "--confirm" if move.switched_at else "--back"
            return (f"erasing the templates of «{move.spare[2]}» was cut short: run `visavis migrate {how}` again",)
        if move.switched_at is not None:
            return (
                f"moved from «{move.from_pack}» to «{move.to_pack}»: the old templates are kept until `visavis migrate --confirm` "
                "(`--back` takes the move back)",
            )
        return (f"the move to «{move.to_pack}» is not finished: run `visavis migrate --pack {move.to_pack}` again",)

    def _unswitched(self, records: Records) -> bool:
        move = records.repackings.now()
        if move is not None and move.left_at is not None:
            raise InputError("erasing one pack's templates was cut short", remedy=self.warnings()[0])
        return move is not None and move.switched_at is None

    def _make_codes(self) -> None:
        """Make the codes of the templates that are searched now, and leave none of the others."""
        with self._session.writing() as records:
            for name in records.folder.parts():
                if name.startswith("codes") and name != records.folder.codes.name:
                    wipe_folder(records.folder.path / name)
            with self._open_index(records):
                pass

    def _target(self, pack_id: str) -> "Target":
        from visavis.services.repack import Target

        chain = build.chain(self._session.settings, pack_id)
        return Target(pack_id=chain.pack.id, dim=chain.pack.dim, embed=chain.embed)

    def _repack(self, records: Records) -> "Repack":
        from visavis.services.repack import Repack

        settings = self._session.settings
        return Repack(
            records,
            open_file=build.file_opener(settings),
            admit=self._admit(records),
            limits=build.limits(settings),
            step=self._session.step,
        )

    def _admit(self, records: Records) -> "Admit":
        from visavis.services.ingest.covering import Covering, first_end
        from visavis.services.repack import Admission

        gate = LawGate(self._session.rules, self._session.clock, stops_of(records))
        sources = {source.number: source for source in records.sources.all()}
        covering = {
            number: Covering(records.consents, records.clock, source_number=number, purposes=gate.purposes(source))
            for number, source in sources.items()
        }

        def admit(source_number: int, path: str, *, step: str, faces: int) -> Admission:
            covering[source_number].refresh()
            consents = covering[source_number].of(path)
            # 0 pictures before: none is added
            item = Item(path=path, step=step, kind="photo", pictures=0, consents=len(consents), faces=faces)
            refusal = gate.admit(sources[source_number], item)
            if refusal is not None:
                return Admission(rule=refusal.detail.partition(":")[0])
            return Admission(expires_at=first_end(consents))

        return admit
