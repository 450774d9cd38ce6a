"""Does ingest hold its memory? Peak resident bytes of the writing process and of its worker, at 2,000 and at 20,000 pictures.

Each picture is one portrait of `examples/photos`, moved, dimmed and roughened a little, 160 x 160: another file, one face. The real
networks read them. Run it with `python benchmarks/memory.py [COUNT …]`; about ten minutes on one core.
"""

import multiprocessing
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

PORTRAITS = ("eileen-collins.jpg", "joe-biden-2010.jpg", "rishi-sunak.jpg", "jacinda-ardern-2018.jpg")
SIDE = 160
COUNTS = (2_000, 20_000)
WITHIN = 1.2


def main() -> None:
    counts = [int(word) for word in sys.argv[1:]] or list(COUNTS)
    peaks = [measured(count) for count in counts]
    for name, values in zip(("main", "worker"), zip(*peaks, strict=True), strict=True):
        print(f"{name}: " + ", ".join(f"{count:,} pictures {mb:,.0f} MB" for count, mb in zip(counts, values, strict=True)))
        print(f"{name}: most / least = {max(values) / min(values):.3f} (at most {WITHIN})")
    sys.exit(any(max(values) > WITHIN * min(values) for values in zip(*peaks, strict=True)))


def measured(count: int) -> tuple[float, float]:
    """Return the peaks of a fresh process that ingests `count` pictures, and of its worker, MB."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder) / "pictures", count)
        told = subprocess.run([sys.executable, __file__, "--ingest", folder], stdout=subprocess.PIPE, text=True, check=True)
    print(f"{count:,} pictures: {told.stdout.strip()}", flush=True)
    main_mb, worker_mb, *_ = told.stdout.split()
    return float(main_mb), float(worker_mb)


def generate(folder: Path, count: int) -> None:
    """Write the pictures."""
    import visavis

    folder.mkdir()
    photos = Path(__file__).parents[1] / "examples" / "photos"
    rng = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as scratch, visavis.create(Path(scratch) / "archive") as archive:
        faces = [probe for name in PORTRAITS for probe in archive.look(photos / name)]
    for number in range(count):
        probe = faces[number % len(faces)]
        height, width = probe.image_rgb.shape[:2]
        left, top, across, down = probe.faces[0].box.pixels(width=width, height=height)
        side = 2.0 * max(across, down) * rng.uniform(0.95, 1.1)
        centre = np.array([left + across / 2, top + down / 2]) + rng.uniform(-0.05, 0.05, 2) * side
        scale = SIDE / side
        onto = np.array([[scale, 0, SIDE / 2 - scale * centre[0]], [0, scale, SIDE / 2 - scale * centre[1]]])
        small = cv2.warpAffine(probe.image_rgb, onto, (SIDE, SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        rough = small * rng.uniform(0.8, 1.1) + rng.normal(0, 3, small.shape)
        picture = np.clip(rough, 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{number:06d}.jpg"), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])


def ingest(folder: Path) -> None:
    """Ingest, and print both peaks, the faces found and the seconds."""
    import visavis
    from visavis.domain.progress import IngestProgress

    worker = 0.0

    def note(_: IngestProgress) -> None:
        nonlocal worker
        worker = max([worker, *(peak_mb(child.pid) for child in multiprocessing.active_children() if child.pid)])

    with visavis.create(folder / "archive") as archive:
        archive.add_source(folder / "pictures", profile="household", title="Generated")
        report = archive.ingest(progress=note)
    print(f"{peak_mb('self'):.1f} {worker:.1f} MB (main, worker), {report.faces} faces, {report.seconds:.0f} s, {report.outcomes}")


def peak_mb(process: int | str) -> float:
    """Return a process's peak resident size so far."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ingest"]:
        ingest(Path(sys.argv[2]))
    else:
        main()
