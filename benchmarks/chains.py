"""One chain over one folder, in a process of its own: `python -m benchmarks.chains CHAIN WARM-UP FOLDER`. Prints one JSON object.

Networks are loaded and run once over the warm-up pictures before the clock starts, for every chain alike. What is timed begins with a
file's name and ends with its template: in memory for the other chains, in a committed row and the index for Visavis.
"""

import argparse
import functools
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import files
from pathlib import Path

import cv2
import numpy as np
import simplejpeg

from benchmarks.null_plugs import null_plugs
from visavis.domain.progress import IngestProgress
from visavis.wiring import build
from visavis.wiring.archive import open_archive
from visavis.wiring.tools import create_archive

INT8 = "yunet-sface-int8"
SCORE, OVERLAP, MOST = 0.6, 0.3, 5000
"""YuNet's thresholds and most proposals, as the pack has them and as OpenCV's sample has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What one run took.

    Attributes
    ----------
    seconds : float
        By the clock on the wall.
    cpu_seconds : float
        Of the processor, over all processes of the chain.
    parts : dict of str to float
        Of the kernels: processor milliseconds a picture.
    """

    pictures: int
    faces: int
    seconds: float
    cpu_seconds: float
    parts: dict[str, float] = field(default_factory=dict)


class Stopwatch:
    """Wall and processor time at the moments it is told of; the first faces and pictures are the warm-up's."""

    def __init__(self, warm_up: int) -> None:
        self._warm_up = warm_up
        self._begun = (0.0, 0.0, 0)
        self._ended = (0.0, 0.0, 0)
        self._pictures = 0

    def __call__(self, progress: IngestProgress) -> None:
        """Take the time: of the last call within the warm-up, and of the last of all."""
        now = (time.perf_counter(), cpu_seconds(), progress.faces)
        if progress.files_done <= self._warm_up:
            self._begun = now
        self._ended, self._pictures = now, progress.files_done - self._warm_up

    def timing(self) -> Timing:
        """Return the time between the two."""
        seconds, cpu, faces = (after - before for before, after in zip(self._begun, self._ended, strict=True))
        return Timing(pictures=self._pictures, faces=int(faces), seconds=seconds, cpu_seconds=cpu)


def cpu_seconds() -> float:
    """Return the processor time of this process and its living children."""
    ticks = 0
    for child in multiprocessing.active_children():
        # after the name, which may hold anything, in brackets: state is field 3, user and system time are 14 and 15 (proc_pid_stat(5))
        fields = Path(f"/proc/{child.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def without_law(warm_up: Path, folder: Path, workers: int) -> Timing:
    """Ingest in the same way without ledger, vault and rotation."""
    with null_plugs():
        return visavis(warm_up, folder, workers)


def visavis(warm_up: Path, folder: Path, workers: int, pack_id: str | None = None) -> Timing:
    """Ingest into a fresh archive: files to committed rows, by a process that commits and `workers` that analyse."""
    watch = Stopwatch(len(pictures_in(warm_up)))
    with tempfile.TemporaryDirectory() as place:
        create_archive(Path(place) / "archive", pack_id=pack_id)
        with open_archive(Path(place) / "archive") as archive:
            for part in (warm_up, folder):
                archive.add_source(part, profile="household", title=part.name)
            archive.ingest(workers=workers, progress=watch)
    return watch.timing()


def kernels(_: Path, folder: Path, __: int, pack_id: str | None = None) -> Timing:
    """Run the three kernels of ingest alone over what they are given there: decoding, the detector's network, the recogniser's."""
    from visavis.decode.photo import open_photo
    from visavis.engines.embed import BATCH
    from visavis.engines.pack import DEFAULT_PACK

    chain = build.chain(build.read_settings(), pack_id or DEFAULT_PACK)
    paths = pictures_in(folder)
    data = [path.read_bytes() for path in paths]
    shape = open_photo(data[0]).pixels().shape
    height, width = (-(-side // 32) * 32 for side in shape[:2])
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, (1, 3, height, width)).astype(np.float32)
    crops = rng.integers(0, 256, (BATCH, 3, 112, 112)).astype(np.float32)
    runs: dict[str, Callable[[], object]] = {
        "decode": lambda: [simplejpeg.decode_jpeg(each, "RGB") for each in data],
        "detect": lambda: [chain.networks.detector.run(picture) for _ in data],
        "embed": lambda: [chain.networks.recogniser.run(crops) for _ in range(0, len(data), BATCH)],
    }
    chain.networks.detector.run(picture), chain.networks.recogniser.run(crops)
    began, cpu = time.perf_counter(), time.process_time()
    parts = {}
    for name, run in runs.items():
        started = time.process_time()
        run()
        parts[name] = (time.process_time() - started) / len(data) * 1e3
    seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    return Timing(pictures=len(data), faces=len(data), seconds=seconds, cpu_seconds=spent, parts=parts)


def opencv(warm_up: Path, folder: Path, _: int) -> Timing:
    """`FaceDetectorYN` and `FaceRecognizerSF` of OpenCV, one picture after the other, with the same weights."""
    from visavis.engines.fold import folded_file
    from visavis.engines.pack import DEFAULT_PACK

    cv2.setNumThreads(1)
    settings = build.read_settings()
    pack = build.find_pack(settings, DEFAULT_PACK)
    cache, facts = settings.cache / pack.hash, pack.manifest
    # the published files' block-quantised weights load in no OpenCV; the folded ones are what it is given
    found = folded_file(pack.detector_file, shape=facts.detector.input_shape, folder=cache, role="detector")
    embedded = folded_file(pack.recogniser_file, shape=facts.recogniser.input_shape, folder=cache, role="recogniser")
    recogniser = cv2.FaceRecognizerSF.create(str(embedded), "")

    @functools.cache  # OpenCV's classic engine refuses another size than its first
    def detector(width: int, height: int) -> cv2.FaceDetectorYN:
        return cv2.FaceDetectorYN.create(str(found), "", (width, height), SCORE, OVERLAP, MOST)

    def faces_in(path: Path) -> int:
        image = cv2.imread(str(path))
        if image is None:
            return 0
        height, width = image.shape[:2]
        faces = detector(width, height).detect(image)[1]
        if faces is None:
            return 0
        return len([recogniser.feature(recogniser.alignCrop(image, face)) for face in faces])

    return one_by_one(faces_in, warm_up, folder)


def dlib(warm_up: Path, folder: Path, _: int) -> Timing:
    """What `face_recognition` does with dlib: HOG detector up-sampled once, five landmarks, ResNet."""
    import dlib as library
    from PIL import Image

    models = {path.name: str(path.locate()) for path in files("face-recognition-models") or () if path.suffix == ".dat"}
    detector = library.get_frontal_face_detector()
    predictor = library.shape_predictor(models["shape_predictor_5_face_landmarks.dat"])
    recogniser = library.face_recognition_model_v1(models["dlib_face_recognition_resnet_model_v1.dat"])

    def faces_in(path: Path) -> int:
        image = np.array(Image.open(path).convert("RGB"))
        return len([recogniser.compute_face_descriptor(image, predictor(image, box), 1) for box in detector(image, 1)])

    return one_by_one(faces_in, warm_up, folder)


def one_by_one(faces_in: Callable[[Path], int], warm_up: Path, folder: Path) -> Timing:
    """Time a chain that takes one file at a time."""
    for path in pictures_in(warm_up):
        faces_in(path)
    paths = pictures_in(folder)
    began, cpu = time.perf_counter(), time.process_time()
    faces = sum(faces_in(path) for path in paths)
    return Timing(pictures=len(paths), faces=faces, seconds=time.perf_counter() - began, cpu_seconds=time.process_time() - cpu)


def pictures_in(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def main() -> None:
    chains: dict[str, Callable[[Path, Path, int], Timing]] = {
        "visavis": visavis,
        "visavis-int8": functools.partial(visavis, pack_id=INT8),
        "visavis-null": without_law,
        "kernels": kernels,
        "kernels-int8": functools.partial(kernels, pack_id=INT8),
        "opencv": opencv,
        "dlib": dlib,
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chain", choices=chains)
    parser.add_argument("warm_up", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    timing = chains[asked.chain](asked.warm_up, asked.folder, asked.workers)
    sys.stdout.write(json.dumps(asdict(timing)) + "\n")


if __name__ == "__main__":
    main()
