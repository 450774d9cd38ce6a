"""The end of a move to another pack: the old templates are erased for good, or the new ones are, and the old pack is searched again."""

from collections.abc import Callable

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.records.archive import Records
from visavis.records.folder import ArchiveFolder
from visavis.records.generations import wipe_folder
from visavis.records.repacking import Move


class EndRepack:
    """Ends a move. After either act the records are to be opened anew: they may be of another pack.

    Parameters
    ----------
    records : Records
        Open for writing.
    step : callable
        Told «repack-left», «repack-wiped»; tests stop the process there.
    """

    def __init__(self, records: Records, *, step: Callable[[str], None] = lambda _: None) -> None:
        self._records = records
        self._step = step

    def confirm(self, actor: Actor) -> Move:
        """Erase the old pack's templates: row files and codes overwritten, rows of the database gone.

        Raises
        ------
        InputError
            Nothing is to be confirmed, or some of the templates are of restricted faces or of pictures on hold.
        """
        move = self._records.repackings.now()
        if move is None or move.switched_at is None:
            raise InputError("no move to another pack waits to be confirmed", remedy="visavis migrate --pack ID begins one")
        if move.left_at is None:
            if kept := self._records.repackings.kept_for_law():
                raise InputError(
                    f"{kept} templates of «{move.from_pack}» are of restricted faces, or of pictures on hold: nobody may erase these",
                    remedy="confirm when restriction and hold have ended, or go back: visavis migrate --back",
                )
            self._leave(actor, move)
        return self._wipe(actor)

    def back(self, actor: Actor) -> Move:
        """Search the old pack's templates again, and erase the new one's.

        Raises
        ------
        InputError
            There is nothing to take back.
        """
        move = self._records.repackings.now()
        if move is None or (move.left_at is not None and move.switched_at is not None):
            raise InputError("no move to another pack can be taken back", remedy="visavis migrate --pack ID begins one")
        if move.left_at is None and move.switched_at is None:
            self._leave(actor, move)
        elif move.left_at is None:
            with self._records.work(actor) as work:
                self._records.repackings.switch(work, move)
            self._step("repack-left")
        return self._wipe(actor)

    def _leave(self, actor: Actor, move: Move) -> None:
        with self._records.work(actor) as work:
            self._records.repackings.leave(work, move)
            work.leaf("erasure", what="templates of a pack given up", move=move.id, pack=move.spare[2])
        self._step("repack-left")

    def _wipe(self, actor: Actor) -> Move:
        """Overwrite and remove the files of the generation that was left; may be done twice."""
        move = self._records.repackings.now()
        if move is None:
            raise InputError("the move to another pack has ended already", remedy="visavis status")
        self._records.let_go_of_rows()
        folder = ArchiveFolder(self._records.folder.path, move.spare[0])
        wipe_folder(folder.rows)
        wipe_folder(folder.codes)
        self._step("repack-wiped")
        self._records.erasures.compact()
        with self._records.work(actor) as work:
            self._records.repackings.end(work, move)
            work.leaf("erasure", what="files of a pack overwritten", move=move.id, pack=move.spare[2])
        self._records.erasures.seal()
        return move
