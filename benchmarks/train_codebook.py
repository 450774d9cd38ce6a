"""Make the codebook that `visavis.index` ships: `python -m benchmarks.train_codebook`. Same seed, same file; takes half a minute.

Templates lie nearly evenly in all directions (and exactly so under the secret rotation of their group), so each pair of neighbouring
values of a unit vector of D values is close to a two-dimensional normal distribution of variance 1/D. One table of 16 points for the
standard normal pair, scaled by 1/√D, is therefore the codebook of every pair and every dimension, and holds nobody's data.
"""

import json
from pathlib import Path

import numpy as np

OUT = Path(__file__).parents[1] / "src" / "visavis" / "index" / "data" / "codebook.json"
SEED = 20261122
SAMPLES = 1_000_000
ROUNDS = 150


def main() -> None:
    rng = np.random.default_rng(SEED)
    pairs = rng.standard_normal((SAMPLES, 2)).astype(np.float32)
    points = pairs[:16].copy()
    for _ in range(ROUNDS):  # Lloyd's algorithm, S. P. Lloyd, IEEE Trans. Inf. Theory 28(2), 1982
        nearest = np.argmin((points**2).sum(axis=1) - 2 * pairs @ points.T, axis=1)
        points = np.stack([pairs[nearest == i].mean(axis=0) for i in range(16)])
    error = float(((pairs - points[nearest]) ** 2).sum(axis=1).mean() / 2)
    points = points[np.lexsort((points[:, 1], points[:, 0]))]
    table = {
        "about": "16 points for a pair of independent standard normal values; scale by 1/sqrt(dimension). benchmarks/train_codebook.py",
        "seed": SEED,
        "mean_squared_error_per_value": round(error, 5),
        "points": [[round(float(x), 6), round(float(y), 6)] for x, y in points],
    }
    OUT.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
