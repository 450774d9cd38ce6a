"""The sealed rows of an index: its segments, the manifest that names them, and each way of replacing them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from visavis.domain.errors import DamageError, SetupError
from visavis.index.codes import Codebook, Codes
from visavis.index.columns import REMOVED, Columns
from visavis.index.files import IndexFolder, Manifest, SegmentFiles, Stamp
from visavis.index.segments import Segment
from visavis.index.tail import TailRows

_BURIED = 8
"""A segment of which one row in so many was overwritten is written anew without them."""


class Sealed:
    """Segments in force.

    Parameters
    ----------
    folder : IndexFolder
    codebook : Codebook
    publish : callable
        Called whenever searches must go over to other segments, and searches that run be repeated: after the manifest was switched, before
        the old files are overwritten.
    """

    def __init__(self, folder: IndexFolder, codebook: Codebook, publish: Callable[[], None]) -> None:
        self._folder = folder
        self._codebook = codebook
        self._publish = publish
        self.stamp: Stamp | None = None
        self._manifest = Manifest(dim=codebook.dim, codebook=codebook.digest)
        self._next_file = 1
        self.segments: tuple[Segment, ...] = ()

    def __len__(self) -> int:
        return sum(map(len, self.segments))

    @property
    def applied(self) -> int:
        """The last outbox entry that the files hold."""
        return self._manifest.applied

    @property
    def changed(self) -> bool:
        """Whether there are filter columns that the files don't hold."""
        return any(segment.changed for segment in self.segments)

    def found(self) -> Stamp | None:
        """Return the folder's stamp; unlike `stamp`, which :meth:`load` found, if another process has switched the manifest."""
        return self._folder.stamp()

    def load(self) -> None:
        """Read the manifest and open those of its segments that are new; again if a writer switched meanwhile."""
        opened = {segment.files.codes: segment for segment in self.segments}
        while True:
            self.stamp = self._folder.stamp()
            manifest = self._folder.manifest() or self._manifest
            if (manifest.dim, manifest.codebook) != (self._codebook.dim, self._codebook.digest):
                raise SetupError(
                    f"the codes in this archive were made for {manifest.dim} values or with another codebook",
                    remedy="run «visavis verify --repair» to make them anew",
                )
            try:
                segments = tuple(self._opened(opened.get(files.codes), files) for files in manifest.segments)
            except (FileNotFoundError, DamageError) as error:
                if self.found() == self.stamp:
                    raise DamageError(
                        "a file that the index's manifest names is missing or cut", remedy="run «visavis verify --repair»"
                    ) from error
                continue
            if self.found() == self.stamp:
                self._manifest, self.segments, self._next_file = manifest, segments, manifest.next_file
                return

    def begin(self) -> None:
        """Make the folder a writer's: finish what a crash left half done, and clear away what it left beside."""
        if self.stamp is None:
            self._manifest = self._folder.switch(None, self._manifest)
        self._folder.clear(self._manifest)
        self.forget(self.applied)

    def forget(self, applied: int) -> None:
        """Make the rows that are masked disappear from every file; the files then hold all up to outbox entry `applied`."""
        due = [segment for segment in self.segments if len(segment.due)]
        if not due:
            return
        sparse = [segment for segment in due if np.count_nonzero(segment.columns.source == REMOVED) * _BURIED <= len(segment)]
        going = {segment: replace(segment.files, going=tuple(segment.due.tolist())) for segment in sparse}
        if any(segment.files != files for segment, files in going.items()):
            self._switch(self.segments, [going.get(segment, segment.files) for segment in self.segments], self.applied, adopt=False)
        segments, files = [], []
        for segment in self.segments:
            if segment in sparse:
                segments.append(segment)
                files.append(segment.bury())
            elif segment in due:
                new = self._write(*segment.living())
                segments += new
                files += [one.files for one in new]
            else:
                segments.append(segment)
                files.append(segment.files)
        self._switch(segments, files, applied)

    def seal(self, rows: TailRows, applied: int, longest: int, publish: Callable[[], None]) -> None:
        """Turn waiting rows into a segment, or into part of the shortest one, and write changed columns down.

        `publish` is called instead of the index's own: searches must let go of the waiting rows as well.
        """
        self.forget(self.applied)  # as a rule nothing; else a removal that failed half-way
        segments = sorted(self.segments, key=len)
        parts = [(self._codebook.encode(vectors), columns) for vectors, columns in rows.living()]
        waiting = sum(len(codes) for codes, _ in parts)
        packed = any(segment.packed for segment in segments)
        if waiting and segments and len(segments[0]) + waiting <= longest:
            parts.insert(0, segments.pop(0).living())
        codes = np.concatenate([np.empty((0, self._codebook.bytes_per_row), np.uint8), *(codes for codes, _ in parts)])
        columns = Columns.joined([columns for _, columns in parts])
        for start in range(0, len(codes) if waiting else 0, longest):
            part = slice(start, start + longest)
            segments += self._write(codes[part], columns.take(part))
        if packed:  # by this thread, so that the next search need not
            for segment in segments:
                segment.pack()
        files = [segment.save_columns(self._number()) if segment.changed else segment.files for segment in segments]
        self._switch(segments, files, applied, publish=publish)

    def note(self, applied: int) -> None:
        """Write down that the files hold all up to an outbox entry."""
        self._switch(self.segments, [segment.files for segment in self.segments], applied)

    def close(self) -> None:
        """Let go of every file."""
        self.segments = ()
        self._publish()

    def _opened(self, segment: Segment | None, files: SegmentFiles) -> Segment:
        if segment is None:
            return Segment(self._folder, files, self._codebook)
        if segment.files != files:
            segment.follow(files)
        return segment

    def _write(self, codes: Codes, columns: Columns) -> list[Segment]:
        return [Segment.write(self._folder, self._codebook, self._number(), codes, columns)] if len(codes) else []

    def _switch(
        self,
        segments: Sequence[Segment],
        files: Sequence[SegmentFiles],
        applied: int,
        *,
        adopt: bool = True,
        publish: Callable[[], None] | None = None,
    ) -> None:
        old = self._manifest
        new = replace(old, applied=applied, next_file=self._next_file, segments=tuple(files))
        self._manifest = self._folder.switch(old, new)
        if adopt:
            for segment, named in zip(segments, files, strict=True):
                if segment.files != named:
                    segment.adopt(named)
        self.segments = tuple(segments)
        (publish or self._publish)()
        self._folder.discard(old.names() - new.names())

    def _number(self) -> int:
        self._next_file += 1
        return self._next_file - 1
