"""Whatever happens to the files of a source, in whatever order: the archive says what a model of it says."""

import os
import tempfile
from collections import Counter
from pathlib import Path

import rig
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from visavis.services.ingest.root import OFFLINE_SHARE

CONTENTS = [b"f" * (number % 3) + b"-content-%d" % number for number in range(40)] + [b"broken-1", b"broken-2"]
NAMES = [f"{folder}{number}.jpg" for folder in ("", "a/", "b/") for number in range(20)]
BEGUN = 24


def _broken(content: bytes) -> bool:
    return content.startswith(b"broken")


class AnyHistory(RuleBasedStateMachine):
    """`disk` is what lies there, `there` what the archive must take to be there, `missing` what it must call missing."""

    @initialize()
    def begin(self) -> None:
        self.scratch = tempfile.TemporaryDirectory()
        base = Path(self.scratch.name)
        self.source, self.away = base / "source", base / "away"
        self.source.mkdir()
        self.folder = rig.make_archive(base / "archive", self.source)
        self.archive = rig.QuickArchive(self.folder, batch_files=3)
        self.time = 0
        self.disk: dict[str, bytes] = {}
        self.there: dict[str, bytes] = {}
        self.missing: dict[str, bytes] = {}
        self.settled = False
        for name, content in zip(NAMES, CONTENTS[:BEGUN], strict=False):
            self._write(name, content)
        self._ingest(confirm=False)

    def teardown(self) -> None:
        if hasattr(self, "archive"):
            self.archive.close()
            rig.assert_sound(self.folder)
            self.scratch.cleanup()

    def _write(self, name: str, content: bytes) -> None:
        path = self.source / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        self.time += 1_000_000
        os.utime(path, ns=(self.time, self.time))  # the system's own stamps may be equal within a tick
        self.disk[name] = content
        self.settled = False

    def _mounted(self) -> bool:
        return self.source.exists()

    def _some(self, number: int) -> str:
        return sorted(self.disk)[number % len(self.disk)]

    @precondition(_mounted)
    @rule(name=st.sampled_from(NAMES), content=st.sampled_from(CONTENTS))
    def write(self, name: str, content: bytes) -> None:
        self._write(name, content)

    @precondition(lambda self: self._mounted() and self.disk)
    @rule(number=st.integers(0, 99), to=st.sampled_from(NAMES))
    def rename(self, number: int, to: str) -> None:
        name = self._some(number)
        (self.source / to).parent.mkdir(exist_ok=True)
        (self.source / name).rename(self.source / to)
        self.disk[to] = self.disk.pop(name)
        self.settled = False

    @precondition(lambda self: self._mounted() and self.disk)
    @rule(number=st.integers(0, 99))
    def delete(self, number: int) -> None:
        name = self._some(number)
        (self.source / name).unlink()
        del self.disk[name]
        self.settled = False

    @precondition(lambda self: self._mounted() and self.disk)
    @rule(number=st.integers(0, 99))
    def touch(self, number: int) -> None:
        name = self._some(number)
        self._write(name, self.disk[name])

    @precondition(_mounted)
    @rule()
    def unmount(self) -> None:
        self.source.rename(self.away)
        self.settled = False

    @precondition(lambda self: not self._mounted())
    @rule()
    def mount(self) -> None:
        self.away.rename(self.source)

    @rule(confirm=st.booleans())
    def ingest(self, confirm: bool) -> None:
        self._ingest(confirm=confirm)

    def _ingest(self, *, confirm: bool) -> None:
        analysed_before = Counter(self.archive.analyser.analysed)
        known = set(self.there.values()) | set(self.missing.values())
        report = self.archive.ingest(workers=0, confirm_missing=confirm)
        news = Counter(self.archive.analyser.analysed) - analysed_before
        assert bool(report.offline) == self._expect(confirm=confirm)
        if self._mounted():
            again = [name for name in news if self.disk[name] in known and not _broken(self.disk[name])]
            assert not again, "known content was analysed again"
        self.settled = True

    def _expect(self, *, confirm: bool) -> bool:
        """Bring the model up to date; return whether the source is to be offline."""
        if not self._mounted():
            return True
        elsewhere = {content for content in self.disk.values() if not _broken(content)}
        before = len(self.there)
        lost = [name for name, content in self.there.items() if name not in self.disk and content not in elsewhere]
        offline = not confirm and (len(lost) > OFFLINE_SHARE * before or (before > 0 and not self.disk))
        self.there |= self.disk
        self.missing = {name: content for name, content in self.missing.items() if name not in self.disk}
        if not offline:
            gone = {name: content for name, content in self.there.items() if name not in self.disk}
            self.there = dict(self.disk)
            self.missing = {n: c for n, c in (self.missing | gone).items() if c not in elsewhere}
        return offline

    @invariant()
    def the_archive_says_what_the_model_says(self) -> None:
        if not getattr(self, "settled", False):
            return
        kept = rig.contents(self.folder)
        assert {name for name, file in kept.items() if not file.missing} == set(self.there)
        assert {name for name, file in kept.items() if file.missing} == set(self.missing)
        pictures = {content for content in self.there.values() if not _broken(content)}
        searchable = sum(source.searchable for source in self.archive.status().sources)
        assert searchable == sum(len(rig.faces_of(content)) for content in pictures)
        reasons = Counter(file.reason for file in kept.values() if not file.missing)
        assert reasons["indexed"] == sum(bool(rig.faces_of(content)) for content in pictures)
        assert reasons["no-face"] == sum(not rig.faces_of(content) for content in pictures)
        assert reasons["unreadable"] == sum(map(_broken, self.there.values()))
        assert reasons["duplicate"] == sum(not _broken(content) for content in self.there.values()) - len(pictures)
        for name, file in kept.items():
            assert len(file.vectors) == (0 if file.reason == "unreadable" else len(rig.faces_of((self.there | self.missing)[name])))


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
