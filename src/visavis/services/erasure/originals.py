"""What an erasure does with the photographs themselves, where their charter says more than «keep»."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from visavis.decode.limits import Limits
from visavis.decode.rewriting import masked_file
from visavis.domain.actor import Actor
from visavis.domain.errors import CharterInvalid, UnreadablePicture
from visavis.domain.media import Reason
from visavis.law.reading import parse_charter
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.database import Step
from visavis.records.erasure_scope import Selected
from visavis.records.originals import OUT_OF_REACH, Target, Waiting
from visavis.records.suppressions import HeldFace
from visavis.sources.changing import BLANK, digest_of, put_in_place, take_away

OpenFile = Callable[[Path, str], bytes]
"""(root, path below it) to the file's bytes; `UnreadablePicture` says why not."""

MASKED, DELETED = "masked", "deleted"
_FAILED = {
    Reason.NOT_ALLOWED: "may not be written",
    Reason.UNSUPPORTED: "can't be masked in its format",
    Reason.TOO_LARGE: "too large to be masked",
    Reason.VANISHED: "not there any more",
}
_CHANGED, _UNREADABLE = "changed since it was read", "can't be decoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOriginals:
    """Plans, with the order; carries out, after the rows are gone. Each file is done once, whatever stops the machine between."""

    records: Records
    rules: Rulebook
    open_file: OpenFile
    limits: Limits
    step: Step = lambda _: None

    def targets(self, selected: Selected) -> list[Target]:
        """Return the files that the charters of their sources want changed; reads only."""
        sources = {source.number: source for source in self.records.sources.all()}
        roots = {root.number: str(root.path) for source in sources.values() for root in source.roots}
        found = []
        for number in sorted({*selected.media, *selected.faces}):
            try:
                act = parse_charter(sources[number].charter_toml, self.rules).originals
            except CharterInvalid:  # it does not hold under today's rules: nothing may be changed by it
                continue
            if act == "keep":
                continue
            book = self.records.suppressions
            faces = book.faces(media=selected.media.get(number, ()), numbers=selected.faces.get(number, ()))
            shown = _by_media(faces)
            for media, places in book.places(shown).items():
                boxes, sha256 = tuple(face.box for face in shown[media]), shown[media][0].sha256.hex()
                found += [Target(act=act, root=roots[root], path=path, sha256=sha256, boxes=boxes) for root, path in places]
        return found

    def carry_out(self, actor: Actor) -> None:
        """Do what waits, a leaf a file."""
        for waiting in self.records.originals.waiting():
            end = self._one(actor, waiting)
            with self.records.work(actor) as work:
                self.records.originals.became(work, waiting.number, end)
                work.leaf("erasure", what="original", act=waiting.target.act, outcome=end)
            self.step("original-done")

    def _one(self, actor: Actor, waiting: Waiting) -> str:
        target, root = waiting.target, Path(waiting.target.root)
        if not root.is_dir():
            return OUT_OF_REACH
        try:
            return self._delete(root, target) if target.act == "delete" else self._mask(actor, root, waiting)
        except UnreadablePicture as error:
            return _FAILED.get(Reason(error.reason), _UNREADABLE)

    def _delete(self, root: Path, target: Target) -> str:
        """A file of nothing but zeros is one that a crash left half done."""
        if digest_of(root, target.path) not in (target.sha256, BLANK):
            return _CHANGED
        take_away(root, target.path)
        self.step("original-changed")
        return DELETED

    def _mask(self, actor: Actor, root: Path, waiting: Waiting) -> str:
        target = waiting.target
        data = self.open_file(root, target.path)
        digest = hashlib.sha256(data).hexdigest()
        if digest == target.made:  # a crash fell between changing it and noting so
            return MASKED
        if digest != target.sha256:
            return _CHANGED
        content = masked_file(data, target.boxes, limits=self.limits)
        with self.records.work(actor) as work:
            self.records.originals.made(work, waiting, hashlib.sha256(content).hexdigest())
            work.leaf("erasure", what="original masked", act=target.act)
        put_in_place(root, target.path, content)
        self.step("original-changed")
        return MASKED


def _by_media(faces: Iterable[HeldFace]) -> dict[int, list[HeldFace]]:
    found: dict[int, list[HeldFace]] = defaultdict(list)
    for face in faces:
        found[face.media_number].append(face)
    return found
