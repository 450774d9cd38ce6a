"""The index of one archive, opened for acts that change it, and the check of all its files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from visavis.domain.errors import DamageError, SetupError
from visavis.domain.figures import Figures
from visavis.index.base import VectorIndex
from visavis.index.embedded import Upkeep
from visavis.records.archive import Records
from visavis.services.verify import Verdict, Verify
from visavis.wiring.index import EmbeddedKeeper
from visavis.wiring.judged import Judged


class Kept(Judged):
    """An archive whose index and files are looked after."""

    @property
    def pack(self) -> str:
        """The id of the model pack."""
        return self._session.records().pack_id

    def figures(self) -> Figures:
        """Say in a few numbers how large the archive is; costs milliseconds."""
        return self._session.records().figures.read()

    def verify(self, *, repair: bool = False, say: Callable[[str], None] = lambda _: None) -> Verdict:
        """Check every file of the archive; `repair` makes damaged codes anew."""
        with self._session.inspecting() as (records, trouble):
            if trouble is not None:  # nothing may be written then
                return Verify(records, self._keeper(records), known=(str(trouble),)).run(say=say)
        with self._session.writing() as records:
            if records.erasures.pending():
                with suppress(DamageError, SetupError), self._open_index(records):  # what is wrong with the index is said below
                    pass
            return Verify(records, self._keeper(records)).run(repair=repair, say=say)

    def _keeper(self, records: Records) -> EmbeddedKeeper:
        return EmbeddedKeeper(records, self._session.clock, Upkeep(threads=self._session.settings.threads, step=self._session.step))

    @contextmanager
    def _open_index(self, records: Records) -> Iterator[VectorIndex]:
        index = self._keeper(records).open()
        try:
            if records.erasures.pending():  # a crash fell between two of its steps
                records.erasures.settle(lambda: records.work(self._session.actor), index.remove)
            yield index
        finally:
            index.close()
