"""Evaluations: a pack, a chain or the index measured on a test set, under a clearance of the built-in profile `evaluation`."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from visavis.domain.actor import Actor
from visavis.domain.arrays import Keys, RgbImage, Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError, UnreadablePicture
from visavis.domain.face import AnalysedFace
from visavis.domain.identification import UNKNOWN_DAY, IndexRows
from visavis.domain.media import PixelSource
from visavis.evaluation.identification import IdentifyReport
from visavis.evaluation.quality import QualityReport
from visavis.evaluation.recall import IndexFacts, IndexReport
from visavis.evaluation.report import PairsReport
from visavis.evaluation.sheet import Chart, Line, Part, Sheet, Table
from visavis.index.base import VectorIndex
from visavis.law.clear import EVALUATION_SOURCE, clear_evaluation, clear_index_check
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.wiring import build

if TYPE_CHECKING:
    from visavis.decode.limits import Limits
    from visavis.engines.chain import Chain
    from visavis.services.evaluate import Alter, Bench, EmbedFiles

__all__ = [
    "Chart",
    "IdentifyReport",
    "IndexReport",
    "Line",
    "PairsReport",
    "Part",
    "QualityReport",
    "Sheet",
    "Table",
    "evaluate_archive_index",
    "evaluate_identify",
    "evaluate_index",
    "evaluate_pairs",
    "evaluate_quality",
]

Progress = Callable[[int], None]
"""Told how many more pictures (or templates) are done."""

_AT_ONCE = 16
"""Pictures analysed together; of altered ones, which are held decoded, a quarter of that."""

_PICTURES_EACH = 5
"""Synthetic templates of one person."""
_KNOWN, _STRANGERS = 500, 500
"""Probes put to an index."""
_LEAST_ROWS, _MOST_ROWS = 100, 200_000
_ROWS_AT_ONCE = 10_000
_INDEX_SEED = 128


def evaluate_pairs(pairs: Path, folder: Path, *, pack_id: str | None = None, progress: Progress = lambda _: None) -> PairsReport:
    """Measure pairs of a licensed test set."""
    from visavis.services.evaluate import EvaluatePairs

    return EvaluatePairs(bench(pack_id, progress)).run(pairs, folder, clearance())


def evaluate_identify(
    folder: Path,
    *,
    pack_id: str | None = None,
    labels: Path | None = None,
    degrade: bool = False,
    progress: Progress = lambda _: None,
) -> IdentifyReport:
    """Measure open-set identification on a folder a person."""
    from visavis.services.evaluate import EvaluateIdentify

    return EvaluateIdentify(bench(pack_id, progress)).run(folder, clearance(), labels=labels, degrade=degrade)


def evaluate_quality(folder: Path, *, pack_id: str | None = None, progress: Progress = lambda _: None) -> QualityReport:
    """Measure what the quality measures foretell, on a folder a person."""
    from visavis.services.evaluate import EvaluateQuality

    return EvaluateQuality(bench(pack_id, progress)).run(folder, clearance())


def evaluate_index(*, rows: int, dim: int, progress: Progress = lambda _: None) -> IndexReport:
    """Measure the embedded index against exact search on synthetic templates, in a temporary folder.

    Parameters
    ----------
    rows : int
        Templates, 100 to 200,000.
    dim : int
        Values in a template; a multiple of 4.

    Raises
    ------
    InputError
        Another number of rows.
    SetupError
        The index takes no templates of that length.
    """
    from visavis.index.codes import Codebook
    from visavis.index.embedded import Upkeep, open_embedded
    from visavis.services.evaluate import EvaluateIndex, Probes
    from visavis.testing.templates import RowTable, identity_centres, pictures_of

    if not _LEAST_ROWS <= rows <= _MOST_ROWS:
        raise InputError(f"an index of {rows:,} templates can't be measured here", remedy=f"ask for {_LEAST_ROWS:,} to {_MOST_ROWS:,}")
    codebook, whole = Codebook(dim).digest, hashlib.sha256()
    rng, clock, table = np.random.default_rng(_INDEX_SEED), build.SystemClock(), RowTable(dim)
    people = identity_centres(-(-rows // _PICTURES_EACH), dim, rng)
    sealing = Upkeep(least_rows=1, tail_rows=1)  # all rows into codes: rows in the tail are compared exactly, and would flatter
    with tempfile.TemporaryDirectory(prefix="visavis-") as folder:
        index = open_embedded(Path(folder) / "codes", dim, table.read, clock, writable=True, upkeep=sealing)
        for start in range(0, rows, _ROWS_AT_ONCE):
            count = min(_ROWS_AT_ONCE, rows - start)
            batch = _rows(np.arange(start + 1, start + count + 1), pictures_of(people[np.arange(start, start + count) % len(people)], rng))
            table.put(batch.keys, batch.vectors)
            whole.update(batch.vectors.tobytes())
            index.add(batch, start + 1)
            progress(count)
        probes = Probes(
            known=pictures_of(people[rng.integers(len(people), size=_KNOWN)], rng), strangers=identity_centres(_STRANGERS, dim, rng)
        )
        facts = IndexFacts(
            of=f"synthetic templates of {dim} values",
            gallery=rows,
            dim=dim,
            codebook=codebook,
            data_sha256=whole.hexdigest(),
            notes=("the templates are synthetic, of people who do not exist, spread like real ones: no model pack is measured",),
        )
        report = EvaluateIndex(index, table.read, np.arange(1, rows + 1), facts=facts, clock=clock).run(probes, clearance())
        index.close()
    return report


def _rows(keys: Keys, vectors: Vectors) -> IndexRows:
    days = np.full(len(keys), UNKNOWN_DAY, np.int32)
    return IndexRows(keys=keys, vectors=vectors, source=np.full(len(keys), EVALUATION_SOURCE, np.int32), first_day=days, last_day=days)


def evaluate_archive_index(records: Records, index: VectorIndex, actor: Actor, rules: Rulebook) -> IndexReport:
    """Measure an archive's index against exact search over its own rows, with probes of nobody: random directions, no person's face.

    Parameters
    ----------
    records, index : Records, VectorIndex
        Of one archive, in step.
    actor : Actor
        Who asks; a leaf says so.

    Raises
    ------
    InputError
        The archive holds no template.
    """
    from visavis.index.codes import Codebook
    from visavis.services.evaluate import EvaluateIndex, Probes
    from visavis.testing.templates import identity_centres

    expected, clock = np.array(list(records.gallery.expected()), np.int64).reshape(-1, 2), records.clock
    facts = IndexFacts(
        of=f"templates of an archive, pack {records.pack_id}",
        gallery=len(expected),
        dim=records.dim,
        codebook=Codebook(records.dim).digest,
        data_sha256=hashlib.sha256(expected.tobytes()).hexdigest(),
        notes=("the probes are random directions, nobody's face: nobody is searched for, and no candidate is shown",),
    )
    sources = frozenset(source.number for source in records.sources.all())
    permission = clear_index_check(actor, rules, sources, at=clock.now())
    strangers = identity_centres(_STRANGERS, records.dim, np.random.default_rng(_INDEX_SEED))
    probes = Probes(known=strangers[:0], strangers=strangers)
    report = EvaluateIndex(index, records.rows.read, expected[:, 0], facts=facts, clock=clock).run(probes, permission)
    with records.work(actor) as work:
        work.leaf("consultation", what="the index was compared with exact search", probes=_STRANGERS, gallery_size=len(expected))
    return report


def clearance() -> Clearance:
    """Issue the clearance of an evaluation."""
    return clear_evaluation(build.current_actor(), build.rules(), at=build.SystemClock().now())


def bench(pack_id: str | None, progress: Progress) -> "Bench":
    """Open a pack's networks, and return what evaluations on pictures work with."""
    from visavis.engines.pack import DEFAULT_PACK
    from visavis.services.evaluate import Bench

    settings = build.read_settings()
    chain = build.chain(settings, pack_id or DEFAULT_PACK)
    return Bench(
        embed_files=_embedder(chain, build.limits(settings), progress),
        pack=chain.pack.id,
        pack_hash=chain.pack.hash,
        clock=build.SystemClock(),
    )


class _Altered:
    """A picture that was decoded and made worse; a `PixelSource`."""

    def __init__(self, image_rgb: RgbImage) -> None:
        self._image = image_rgb
        self.full_height, self.full_width = image_rgb.shape[:2]

    def pixels(self, longer_side: int | None = None) -> RgbImage:  # noqa: ARG002 - the door of a PixelSource
        return self._image


def _embedder(chain: "Chain", limits: "Limits", progress: Progress) -> "EmbedFiles":
    from visavis.decode.photo import open_photo

    def opened(path: Path, place: int, alter: "Alter | None") -> PixelSource | None:
        try:
            photo = open_photo(path.read_bytes(), limits=limits)
            return photo if alter is None else _Altered(alter(place, photo.pixels()))
        except (UnreadablePicture, OSError):
            return None

    def embed(paths: Sequence[Path], alter: "Alter | None" = None, /) -> Iterator[Sequence[AnalysedFace]]:
        step = _AT_ONCE if alter is None else _AT_ONCE // 4
        for start in range(0, len(paths), step):
            chunk = [opened(path, start + i, alter) for i, path in enumerate(paths[start : start + step])]
            found = iter(chain.analyse([photo for photo in chunk if photo is not None]))
            for photo in chunk:
                faces = [] if photo is None else next(found)
                yield [] if isinstance(faces, UnreadablePicture) else faces
            progress(len(chunk))

    return embed
