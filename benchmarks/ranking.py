"""Calibration and ranking on a folder a person: `python -m benchmarks.ranking FOLDER [--tails]`. Prints the tables of decisions 0022, 0023.

Aggregates only; templates live in memory until the program ends. `--tails` prints instead what the pack's manifest records: its tails.
Synthetic galleries are named as such: unit vectors, evenly spread, as `visavis.testing.templates` makes them.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.decode.limits import Limits
from visavis.decode.photo import open_photo
from visavis.domain.arrays import Vectors
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import AnalysedFace
from visavis.domain.tails import ADJUSTED, COSINE, FUSED, USUAL, WEAK, Calibration, Strangers, Tail
from visavis.engines.chain import Chain
from visavis.evaluation.cohort import Cohort, nearest_mean
from visavis.evaluation.ranking import Observed, Scored, fused, observed_hits, paired, score_adjusted, score_cosine
from visavis.evaluation.tails import Pairs, fit_tail, goodness, pairs_among, pairs_between
from visavis.testing.templates import identity_centres, pictures_of
from visavis.wiring import build

AT_ONCE = 16
FPIRS = (0.1, 0.03, 0.01)
EXPECTED = (5.0, 1.0, 0.1)
"""False hits a search at the three thresholds that are checked."""
SYNTHETIC = (1_000, 10_000, 1_000_000)
SMALL_SIDE, BLUR_SIGMA = 54, 4.0
"""Pictures of 250 × 250 made weak: shrunk so that the face is 24 pixels, or blurred."""
Places = NDArray[np.int64]


@dataclass(frozen=True)
class TestSet:
    """Templates in memory: picture by picture their people, and each person's first picture made weak."""

    vectors: Vectors = field(repr=False)
    person: Places = field(repr=False)
    norm: NDArray[np.float64] = field(repr=False)
    weak: Vectors = field(repr=False)
    weak_person: Places = field(repr=False)

    @property
    def first(self) -> Places:
        """The place of each person's first picture."""
        return np.flatnonzero(np.append(True, self.person[1:] != self.person[:-1]))

    @property
    def others(self) -> Places:
        """The places of all other pictures."""
        return np.setdiff1d(np.arange(len(self.person)), self.first)


def read(folder: Path, chain: Chain) -> TestSet:
    people = [sorted(path for path in one.iterdir() if path.is_file()) for one in sorted(folder.iterdir()) if one.is_dir()]
    files = [(number, path.read_bytes()) for number, paths in enumerate(people) for path in paths]
    faces = list(analysed(chain, [data for _, data in files]))
    weak = list(analysed(chain, [made_weak(paths[0].read_bytes(), number) for number, paths in enumerate(people)]))
    kept = [(number, face) for (number, _), face in zip(files, faces, strict=True) if face]
    kept_weak = [(number, face) for number, face in enumerate(weak) if face]
    return TestSet(
        vectors=np.array([face.vector for _, face in kept]),
        person=np.array([number for number, _ in kept]),
        norm=np.array([face.quality.norm for _, face in kept]),
        weak=np.array([face.vector for _, face in kept_weak]),
        weak_person=np.array([number for number, _ in kept_weak]),
    )


def made_weak(data: bytes, number: int) -> bytes:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if number % 2:
        image = cv2.resize(image, (SMALL_SIDE, SMALL_SIDE), interpolation=cv2.INTER_AREA)
    else:
        image = cv2.GaussianBlur(image, (0, 0), BLUR_SIGMA)
    return bytes(cv2.imencode(".png", image)[1])


def analysed(chain: Chain, files: Sequence[bytes]) -> Iterator[AnalysedFace | None]:
    for start in range(0, len(files), AT_ONCE):
        photos = [open_photo(data, limits=Limits()) for data in files[start : start + AT_ONCE]]
        for faces in chain.analyse(photos):
            found = [] if isinstance(faces, UnreadablePicture) else faces
            yield min(found, key=off_centre) if found else None


def off_centre(face: AnalysedFace) -> float:
    return (face.box.left + face.box.width / 2 - 0.5) ** 2 + (face.box.top + face.box.height / 2 - 0.5) ** 2


# ---- tails -------------------------------------------------------------------------------------------------------------------------


def adjusted_pairs(data: TestSet, ceiling: float) -> Pairs:
    """Return the non-mated comparisons of all other pictures with the enrolled ones, adjusted by the enrolled ones as cohort."""
    gallery, probes = data.vectors[data.first], data.vectors[data.others]
    among = (gallery @ gallery.T).astype(np.float64)
    np.fill_diagonal(among, -np.inf)
    usual = Cohort.of(gallery, ceiling=ceiling).usual
    similarity = (probes @ gallery.T).astype(np.float64)
    of_gallery = nearest_mean(among, ceiling=ceiling) - usual
    of_probes = nearest_mean(similarity, ceiling=ceiling) - usual
    table = similarity - of_probes[:, None] - of_gallery[None, :]
    return pairs_between(table, data.person[data.others], data.person[data.first])


def several(data: TestSet) -> list[Places]:
    """Return the probes of each person who has two or more."""
    groups = [data.others[data.person[data.others] == one] for one in np.unique(data.person)]
    return [group for group in groups if len(group) >= 2]


def fused_pairs(data: TestSet, kept: Places | None = None) -> Pairs:
    """Return the non-mated comparisons of people's fused probes with the enrolled pictures of all, or of some people."""
    groups = [group for group in several(data) if kept is None or data.person[group[0]] in kept]
    first = data.first if kept is None else data.first[np.isin(data.person[data.first], kept)]
    owner = np.array([data.person[group[0]] for group in groups])
    table = fused(data.vectors, groups) @ data.vectors[first].T
    return pairs_between(table.astype(np.float64), owner, data.person[first])


def print_tails(data: TestSet, ceiling: float) -> None:
    every = (
        fit_tail(pairs_among(data.vectors, data.person)),
        fit_tail(adjusted_pairs(data, ceiling), score=ADJUSTED),
        fit_tail(pairs_among(data.weak, data.weak_person), probes=WEAK),
        fit_tail(fused_pairs(data), probes=FUSED),
    )
    for tail in every:
        print("\n[[tail]]")
        print(f'probes = "{tail.probes}"\nscore = "{tail.score}"\nabove = {tail.above:.5f}\nshare = {tail.share:.6f}')
        print(f"slope = {tail.slope:.4f}\nbend = {tail.bend:.4f}")
        print(f"spread = [{', '.join(f'{value:.6g}' for value in tail.spread)}]")
        print(f"pairs = {tail.pairs}\nsubjects = {tail.subjects}")


def print_goodness(data: TestSet) -> None:
    pairs = pairs_among(data.vectors, data.person)
    print("\n## How well the tail fits, and how little it depends on where it begins (expected at N = 1,000)\n")
    print("| highest pairs fitted | begins at | KS distance | at 0.40 | at 0.45 | at 0.50 | at 0.55 |\n|---|---|---|---|---|---|---|")
    for share in (0.05, 0.025, 0.01, 0.005, 0.0025):
        tail = fit_tail(pairs, share=share)
        expected = " | ".join(f"{1_000 * tail.share_at(at):.3g}" for at in (0.40, 0.45, 0.50, 0.55))
        print(f"| {share:.2%} | {tail.above:.3f} | {goodness(tail, pairs).distance:.4f} | {expected} |")
    quantiles = goodness(fit_tail(pairs), pairs).quantiles
    print("\n| share of pairs | similarity by the tail | by the pairs |\n|---|---|---|")
    for one, fitted, seen in quantiles:
        print(f"| {one:g} | {fitted:.4f} | {seen:.4f} |")


def strangers(tail: Tail, size: int) -> Strangers:
    return Strangers(calibration=Calibration(tails={(USUAL, COSINE): tail}, data=""), gallery_size=size, probes=(USUAL,))


def print_expected(what: str, tail: Tail, table: np.ndarray, subject: Places, size: int, times: float = 1) -> None:
    """Print expected against observed false hits: a row of `table` is a search, its non-mated similarities, with `times` probes each."""
    about = strangers(tail, size)
    for expected in EXPECTED:
        threshold = about.similarity_for(expected)
        low, high = (times * end for end in about.interval_at(threshold))
        found, least, most = observed_hits((table >= threshold).sum(axis=1).astype(np.float64), subject)
        shown = Observed(
            similarity=threshold,
            gallery=size,
            searches=len(table),
            expected=times * about.at(threshold),
            expected_low=low,
            expected_high=high,
            observed=found,
            low=least,
            high=most,
        )
        print(
            f"| {what} | {size:,} | {len(table):,} | {threshold:.4f} | {shown.expected:.3g} ({low:.3g} to {high:.3g}) | "
            f"{found:.3g} ({least:.3g} to {most:.3g}) | {'yes' if shown.inside else 'NO'} |"
        )


def print_held_out(data: TestSet) -> None:
    print("\n## Expected and observed false hits a search, on people that the fit has not seen\n")
    print("| searches | N | made | threshold | expected (95 %) | observed (95 %) | inside |\n|---|---|---|---|---|---|---|")
    for fitted, name in ((1, "even people, fitted on odd ones"), (0, "odd people, fitted on even ones")):
        half = data.person % 2 == fitted
        tail = fit_tail(pairs_among(data.vectors[half], data.person[half]))
        gallery = data.first[data.person[data.first] % 2 != fitted]
        probes = data.others[data.person[data.others] % 2 != fitted]
        table = (data.vectors[probes] @ data.vectors[gallery].T).astype(np.float64)
        table[data.person[probes][:, None] == data.person[gallery][None, :]] = -1.0
        print_expected(name, tail, table, data.person[probes], len(gallery) - 1)


def print_synthetic() -> None:
    rng = np.random.default_rng(7)
    people = identity_centres(1_000, 128, rng)
    known = np.concatenate([pictures_of(people, rng) for _ in range(2)])
    tail = fit_tail(pairs_among(known, np.tile(np.arange(1_000), 2)))
    probes = pictures_of(identity_centres(1_000, 128, rng), rng)
    for size in SYNTHETIC:
        least = strangers(tail, size).similarity_for(max(EXPECTED))
        found = []
        for start in range(0, size, 20_000):
            table = probes @ pictures_of(identity_centres(min(20_000, size - start), 128, rng), rng).T
            found.append([row[row >= least] for row in table])
        each = [np.concatenate(parts) for parts in zip(*found, strict=True)]
        table = np.full((len(probes), max(map(len, each))), -1.0)
        for row, hits in zip(table, each, strict=True):
            row[: len(hits)] = hits
        print_expected("synthetic", tail, table, np.arange(len(probes)), size)


# ---- ranking -----------------------------------------------------------------------------------------------------------------------


def print_ranking(data: TestSet, ceiling: float, floor: float) -> None:
    gallery, probes, owner = data.vectors[data.first], data.vectors[data.others], data.person[data.others]
    similarity = (probes @ gallery.T).astype(np.float64)
    plain = score_cosine(similarity, owner)
    print(
        f"\n## Ranking: misses of {len(owner):,} mated searches among N = {len(gallery):,}, R = 1; change by paired bootstrap by subject\n"
    )
    print("| scored by | rank 1 | FPIR 0.1 | FPIR 0.03 | FPIR 0.01 |\n|---|---|---|---|---|")
    print_row("cosine", plain, plain, owner)
    generated = identity_centres(2_000, gallery.shape[1], np.random.default_rng(1))
    print_row("less nearness to 2,000 generated faces", plain, by_cohort(similarity, probes, gallery, owner, generated, ceiling), owner)
    print_row("less nearness to the gallery itself", plain, score_adjusted(probes, gallery, owner, ceiling=ceiling), owner)
    weight = data.norm[data.others] - np.median(data.norm)
    print_row("cosine + 0.01 × the probe's norm", plain, score_cosine(similarity + 0.01 * weight[:, None], owner), owner)
    print_row("cosine − 0.01 × the probe's norm", plain, score_cosine(similarity - 0.01 * weight[:, None], owner), owner)
    floored = np.where(similarity >= floor, similarity, -1.0)
    print_row(f"cosine, nothing below the floor of {floor:.3f}", plain, score_cosine(floored, owner), owner)
    adjusted = score_adjusted(probes, gallery, owner, ceiling=ceiling)
    print_row("the gallery itself, and the floor", plain, with_floor(adjusted, similarity, owner, floor), owner)


def with_floor(adjusted: Scored, similarity: np.ndarray, owner: Places, floor: float) -> Scored:
    """Return the scores as a search gives them: a mate whose cosine lies below the floor is not given."""
    given = similarity[np.arange(len(owner)), owner] >= floor
    return Scored(mate=np.where(given, adjusted.mate, -1.0), best_other=adjusted.best_other, non_mated=adjusted.non_mated)


def by_cohort(similarity: np.ndarray, probes: Vectors, gallery: Vectors, owner: Places, cohort: Vectors, ceiling: float) -> Scored:
    made = Cohort.of(cohort, ceiling=ceiling)
    return score_cosine(similarity - made.nearness(probes)[:, None] - made.nearness(gallery)[None, :], owner)


def print_row(name: str, plain: Scored, other: Scored, subject: Places) -> None:
    cells = []
    for fpir in (None, *FPIRS):
        change = paired(plain, other, subject, fpir)
        cells.append(f"{change.after}" if other is plain else f"{change.after} ({change.low:+.0%} to {change.high:+.0%})")
    print(f"| {name} | {' | '.join(cells)} |")


def print_fusion(data: TestSet) -> None:
    groups = several(data)
    gallery, owner = data.vectors[data.first], np.array([data.person[group[0]] for group in groups])
    best = np.array([(data.vectors[group] @ gallery.T).max(axis=0) for group in groups])
    kinds = {
        "the first photograph alone": data.vectors[[group[0] for group in groups]] @ gallery.T,
        "best similarity of all (`--same-person`)": best,
        "mean of all (`--fuse`)": fused(data.vectors, groups) @ gallery.T,
        "mean weighted by norm": fused(data.vectors, groups, data.norm - 8) @ gallery.T,
    }
    print(f"\n## Several photographs of one person: misses of {len(groups)} people with 2 to 10 probes\n")
    print("| searched with | rank 1 | FPIR 0.1 | FPIR 0.03 | FPIR 0.01 |\n|---|---|---|---|---|")
    scored = {name: score_cosine(table.astype(np.float64), owner) for name, table in kinds.items()}
    for one in scored.values():
        print_row(next(name for name in scored if scored[name] is one), next(iter(scored.values())), one, owner)
    print_fused_tails(data, groups, best)


def print_fused_tails(data: TestSet, groups: list[Places], best: np.ndarray) -> None:
    print("\n| searches | N | made | threshold | expected (95 %) | observed (95 %) | inside |\n|---|---|---|---|---|---|---|")
    owner = np.array([data.person[group[0]] for group in groups])
    alone = best.astype(np.float64)
    alone[np.arange(len(owner)), owner] = -1.0
    usual = fit_tail(pairs_among(data.vectors, data.person))
    print_expected("best of several probes", usual, alone, owner, len(data.first) - 1, float(np.mean([len(group) for group in groups])))
    odd, even = (np.flatnonzero(np.arange(len(data.first)) % 2 == half) for half in (1, 0))
    held = [group for group in groups if data.person[group[0]] in even]
    people = np.array([data.person[group[0]] for group in held])
    table = (fused(data.vectors, held) @ data.vectors[data.first[even]].T).astype(np.float64)
    table[people[:, None] == even[None, :]] = -1.0
    print_expected("mean of several, even people", fit_tail(fused_pairs(data, odd), probes=FUSED), table, people, len(even) - 1)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--pack", default=None)
    asked.add_argument("--tails", action="store_true")
    given = asked.parse_args()
    settings = build.read_settings()
    from visavis.engines.pack import DEFAULT_PACK

    name = given.pack or DEFAULT_PACK
    pack = build.find_pack(settings, name)
    ceiling, floor = pack.thresholds[0.01].value, pack.thresholds[0.1].value
    data = read(given.folder, build.chain(settings, name))
    if given.tails:
        print_tails(data, ceiling)
        return
    print(f"# Pack {name}: {len(data.person):,} pictures of {len(data.first):,} people\n")
    print_goodness(data)
    print_held_out(data)
    print_synthetic()
    print_ranking(data, ceiling, floor)
    print_fusion(data)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
