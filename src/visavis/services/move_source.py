"""A source's folder lies elsewhere now; nothing is read again."""

from pathlib import Path

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.records.archive import Records


class MoveSource:
    """Points a source at its folder's new place."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str, to: Path, *, root: Path | None = None) -> None:
        """Move a source's root.

        Raises
        ------
        InputError
            No such source; no such folder, or one that can't be a source's; or several roots and `root` does not say which moved.
        """
        source = self._records.sources.one(name)
        folder = self._records.check_root(to)
        roots = [known for known in source.roots if root is None or known.path == root.resolve()]
        if len(roots) != 1:
            places = ", ".join(str(known.path) for known in source.roots)
            raise InputError(f"«{source.title}» has these folders: {places}", remedy="say which one moved: --root FOLDER")
        with self._records.work(actor) as work:
            self._records.sources.move(work, source, roots[0], folder)
