"""From pictures to templates, right end to end: the one door of this room that services use for analysis."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Landmarks5, RgbImage, Vectors, frozen
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import AnalysedFace, Box, Detection
from visavis.domain.media import AtHand, PixelSource, Reason
from visavis.engines.align import DegenerateLandmarks, align, fit_similarity
from visavis.engines.closeup import CloseUp, close_up, thumb
from visavis.engines.detect import Detector, Found
from visavis.engines.embed import Recogniser
from visavis.engines.finder import FaceFinder, first_scale
from visavis.engines.fold import folded_file
from visavis.engines.pack import Pack
from visavis.engines.picture import ScaledPicture
from visavis.engines.quality import measure
from visavis.engines.quantise import quantise_network
from visavis.engines.runtime import OPENVINO, Network, RuntimeChoice, faster_runtime, open_network
from visavis.engines.tracking import Sighting

_BLOWN_UP = 1.25
"""Crop pixels per decoded pixel up to which finer pixels are not asked for."""
Norms = NDArray[np.float32]
_USUAL_SIDE = 256
"""Pixels: the detector's runtimes are timed on a square of this size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """A pack's two networks, loaded; `detector_choice` and `recogniser_choice` say why each runs where it does."""

    detector: Network
    recogniser: Network
    detector_choice: RuntimeChoice
    recogniser_choice: RuntimeChoice


def open_networks(pack: Pack, *, cache: Path, threads: int = 1, runtime: str | None = None) -> Networks:
    """Fold (and quantise, where the pack says so) a pack's networks if that has not been done, and load each on its faster runtime.

    Parameters
    ----------
    pack : Pack
        From `find_pack`.
    cache : Path
        Folder for folded networks and measured choices; made if it is missing, may be thrown away at any time.
    threads : int
        Processor threads each may use.
    runtime : str or None
        `openvino` or `onnxruntime` for both; None = measure once and remember.

    Raises
    ------
    PackInvalid
        If a file of the pack can't be folded.
    SetupError
        If no runtime can load a network.
    """
    folder = cache / pack.hash
    facts = pack.manifest
    samples = {
        "detector": np.zeros((1, 3, _USUAL_SIDE, _USUAL_SIDE), np.float32),
        "recogniser": np.zeros((1, 3, *facts.recogniser.crop_hw), np.float32),
    }
    files = {
        "detector": folded_file(pack.detector_file, shape=facts.detector.input_shape, folder=folder, role="detector"),
        "recogniser": folded_file(
            pack.recogniser_file,
            shape=facts.recogniser.input_shape,
            folder=folder,
            role="recogniser",
            then=partial(quantise_network, calibration=pack.calibration) if pack.calibration else None,
        ),
    }
    # int8 rounds a little otherwise on each runtime; templates of one archive should not depend on which was faster
    fixed = {"detector": runtime, "recogniser": runtime or (OPENVINO if pack.calibration else None)}
    choices = {
        role: RuntimeChoice(runtime=named, milliseconds={})
        if (named := fixed[role])
        else faster_runtime(file, sample=samples[role], threads=threads, memory=cache / "runtimes.json", key=f"{pack.hash} {role}")
        for role, file in files.items()
    }
    return Networks(
        detector=open_network(files["detector"], runtime=choices["detector"].runtime, threads=threads),
        recogniser=open_network(files["recogniser"], runtime=choices["recogniser"].runtime, threads=threads),
        detector_choice=choices["detector"],
        recogniser_choice=choices["recogniser"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """A face on its way through the chain: found in the picture number `picture`, cut out, not yet embedded."""

    picture: int
    box: Box
    detection: Detection
    landmarks_ratio: Landmarks5
    crop_rgb: RgbImage


class Chain:
    """Detect, align, measure, embed. Not for two threads at a time.

    Parameters
    ----------
    pack : Pack
        Its facts.
    networks : Networks
        From `open_networks`.
    """

    def __init__(self, pack: Pack, networks: Networks) -> None:
        self.pack = pack
        self.networks = networks
        self._finder = FaceFinder(Detector(networks.detector, pack.manifest.detector))
        self._recogniser = Recogniser(networks.recogniser, pack.manifest.recogniser)
        self._dropped: Counter[str] = Counter()

    @property
    def dropped(self) -> Mapping[str, int]:
        """Detections dropped since the chain was made, by reason."""
        return dict(self._dropped)

    def analyse(self, sources: Sequence[PixelSource], *, thorough: bool = False) -> list[list[AnalysedFace] | UnreadablePicture]:
        """Analyse a batch of pictures; one is decoded at a time, and all their faces are embedded together.

        Parameters
        ----------
        sources : sequence of PixelSource
            Upright RGB pictures.
        thorough : bool
            Look for small faces in every pixel of the file (`FaceFinder.find`).

        Returns
        -------
        list
            One entry a picture: its faces, left to right then top to bottom (none: an empty list), or the error that its source raised.

        Raises
        ------
        PackInvalid
            If a network does not answer as its manifest says.
        """
        errors: dict[int, UnreadablePicture] = {}
        cuts: list[_Cut] = []
        for at, source in enumerate(sources):
            try:
                cuts += self._cut_faces(at, source, thorough=thorough)
            except UnreadablePicture as error:
                errors[at] = error
        faces: list[list[AnalysedFace]] = [[] for _ in sources]
        for cut, face in zip(cuts, self._embedded(cuts), strict=True):
            faces[cut.picture].append(face)
        return [errors.get(at, found) for at, found in enumerate(faces)]

    def boxes(self, source: PixelSource) -> list[Box]:
        """Return every face that is found in a picture, looked for in every pixel; nothing is embedded.

        Raises
        ------
        UnreadablePicture
            The picture can't be decoded.
        """
        picture = ScaledPicture(source)
        sides = picture.full_width, picture.full_height
        return [box_ratios(detection, sides) for detection in _detections(self._finder.find(picture, thorough=True))]

    def within(self, source: PixelSource, box: Box) -> AnalysedFace | None:
        """Analyse the face in a box that a person drew, down to weak ones; None where none is found.

        Raises
        ------
        UnreadablePicture
            The picture can't be decoded.
        """
        picture = ScaledPicture(source)
        found = self._finder.within(picture, box.pixels(width=picture.full_width, height=picture.full_height))
        for detection in _detections(found):
            try:
                fit = fit_similarity(detection.landmarks_5x2, self._recogniser.facts.template_5x2)
            except DegenerateLandmarks as error:
                self._dropped[str(error)] += 1
            else:
                picture.at_least(fit.scale / _BLOWN_UP)
                return self._embedded([self._cut(0, picture, detection)])[0]
        return None

    def glance(self, frame_rgb: RgbImage, *, at_ticks: int, longer_side: int | None, beyond: bool = False) -> list[Sighting]:
        """Look for faces in one frame of a film; nothing is embedded.

        Parameters
        ----------
        frame_rgb : (H, W, 3) uint8
            RGB, upright, full size.
        at_ticks : int
            Its presentation time.
        longer_side : int or None
            Pixels to look at (`FaceFinder.glance`); None = faces of every size are looked for, as in a photograph.
        beyond : bool
            If there is no other, look for a face that reaches beyond the frame.
        """
        if longer_side is None:
            found = self._finder.find(ScaledPicture(AtHand(frame_rgb)))
        else:
            found = self._finder.glance(frame_rgb, longer_side=longer_side, beyond=beyond)
        return [face for one in _detections(found) if (face := self._sighting(frame_rgb, one, at_ticks))]

    def _sighting(self, frame_rgb: RgbImage, detection: Detection, at_ticks: int) -> Sighting | None:
        close = close_up(frame_rgb, detection)
        try:
            small = thumb(close, self._recogniser.facts)
        except DegenerateLandmarks as error:
            self._dropped[str(error)] += 1
            return None
        sure = detection.score >= self.pack.manifest.detector.score
        return Sighting(at_ticks=at_ticks, detection=detection, sure=sure, thumb=small, close=close if sure else None)

    def describe(self, closeups: Sequence[CloseUp]) -> list[AnalysedFace | None]:
        """Look closer at faces that were cut out of frames, and embed them.

        Returns
        -------
        list
            One entry a close-up: the face, with its box as ratios of the frame, or None where the closer look saw none.
        """
        cuts: list[_Cut] = []
        for at, (closeup, found) in enumerate(zip(closeups, self._finder.closer(closeups), strict=True)):
            for here in _detections(found):
                cuts += self._cut_close(at, closeup, here)
        faces: list[AnalysedFace | None] = [None] * len(closeups)
        for cut, face in zip(cuts, self._embedded(cuts), strict=True):
            faces[cut.picture] = face
        return faces

    def _cut_close(self, at: int, closeup: CloseUp, here: Detection) -> list[_Cut]:
        """Align a face that was found in the pixels of its close-up; nothing if its landmarks hold no direction."""
        facts = self._recogniser.facts
        try:
            aligned = align(closeup.image_rgb, fit_similarity(here.landmarks_5x2, facts.template_5x2), crop_hw=facts.crop_hw)
        except DegenerateLandmarks as error:
            self._dropped[str(error)] += 1
            return []
        detection = closeup.in_frame(here)
        sides = np.array(closeup.frame_wh, np.float32)
        ratios = np.asarray((detection.landmarks_5x2 + 0.5) / sides, np.float32)
        frozen(ratios)
        return [
            _Cut(
                picture=at,
                box=box_ratios(detection, closeup.frame_wh),
                detection=detection,
                landmarks_ratio=ratios,
                crop_rgb=aligned.crop_rgb,
            )
        ]

    def embed(self, sources: Sequence[tuple[PixelSource, Sequence[Landmarks5]]]) -> list[tuple[Vectors, Norms] | UnreadablePicture]:
        """Embed faces whose landmarks are known; nothing is detected.

        Parameters
        ----------
        sources : sequence of (PixelSource, sequence of (5, 2) float32)
            Pictures, and of each the landmarks of its faces as ratios of its sides.

        Returns
        -------
        list
            One entry a picture: templates (N, D) of unit length and the lengths they had (N,), in the landmarks' order, or the error of its
            source; landmarks that hold no face are an error too.
        """
        crops: list[RgbImage] = []
        errors: dict[int, UnreadablePicture] = {}
        for at, (source, faces) in enumerate(sources):
            try:
                crops += self._crops(source, faces)
            except UnreadablePicture as error:
                errors[at] = error
            except DegenerateLandmarks as error:
                errors[at] = UnreadablePicture(str(error), reason=Reason.UNREADABLE)
        vectors, norms = self._recogniser.embed(crops)
        found: list[tuple[Vectors, Norms] | UnreadablePicture] = []
        done = 0
        for at, (_, faces) in enumerate(sources):
            if at in errors:
                found.append(errors[at])
                continue
            found.append((vectors[done : done + len(faces)], norms[done : done + len(faces)]))
            done += len(faces)
        return found

    def _crops(self, source: PixelSource, faces: Sequence[Landmarks5]) -> list[RgbImage]:
        picture, facts = ScaledPicture(source), self._recogniser.facts
        sides = np.array([source.full_width, source.full_height], np.float32)
        points = [(ratios * sides - 0.5).astype(np.float32) for ratios in faces]
        needed = max(fit_similarity(each, facts.template_5x2).scale for each in points) / _BLOWN_UP
        picture.at_least(max(needed, first_scale(picture.longer_side)))  # the pixels that the face was found in: the same template again
        return [self._crop(picture, each) for each in points]

    def _cut_faces(self, at: int, source: PixelSource, *, thorough: bool) -> list[_Cut]:
        picture = ScaledPicture(source)
        found = self._finder.find(picture, thorough=thorough)
        order = np.lexsort((found.boxes_ltwh[:, 1], found.boxes_ltwh[:, 0]))
        detections, needed = [], 0.0
        for detection in _detections(found[order]):
            try:
                fit = fit_similarity(detection.landmarks_5x2, self._recogniser.facts.template_5x2)
            except DegenerateLandmarks as error:
                self._dropped[str(error)] += 1
            else:
                detections.append(detection)
                needed = max(needed, fit.scale / _BLOWN_UP)
        picture.at_least(needed)
        return [self._cut(at, picture, detection) for detection in detections]

    def _cut(self, at: int, picture: ScaledPicture, detection: Detection) -> _Cut:
        sides = np.array([picture.full_width, picture.full_height], np.float32)
        ratios = np.asarray((detection.landmarks_5x2 + 0.5) / sides, np.float32)
        frozen(ratios)
        return _Cut(
            picture=at,
            box=box_ratios(detection, (picture.full_width, picture.full_height)),
            detection=detection,
            landmarks_ratio=ratios,
            crop_rgb=self._crop(picture, detection.landmarks_5x2),
        )

    def _crop(self, picture: ScaledPicture, landmarks_5x2: Landmarks5) -> RgbImage:
        """Cut a face out, by landmarks in the full picture's pixels, of the pixels that are decoded."""
        facts = self._recogniser.facts
        image, (scale_x, scale_y) = picture.at_least(0.0)
        scale = np.array([scale_x, scale_y], np.float32)
        # pixel centres meet: decoded = (full + ½) / scale − ½
        here = ((landmarks_5x2 + 0.5) / scale - 0.5).astype(np.float32)
        return align(image, fit_similarity(here, facts.template_5x2), crop_hw=facts.crop_hw).crop_rgb

    def _embedded(self, cuts: list[_Cut]) -> list[AnalysedFace]:
        vectors, norms = self._recogniser.embed([cut.crop_rgb for cut in cuts])
        frozen(vectors)
        return [
            AnalysedFace(
                box=cut.box,
                landmarks_5x2=cut.landmarks_ratio,
                quality=measure(
                    cut.crop_rgb,
                    cut.detection.landmarks_5x2,
                    size_px=float(np.sqrt(cut.detection.box_px[2] * cut.detection.box_px[3])),
                    score=cut.detection.score,
                    norm=float(norm),
                ),
                vector=vector,
            )
            for cut, vector, norm in zip(cuts, vectors, norms, strict=True)
        ]


def box_ratios(detection: Detection, frame_wh: tuple[int, int]) -> Box:
    """Return a detection's box as ratios of its picture, whose width and height are given in pixels."""
    left, top, width, height = detection.box_px
    full_width, full_height = frame_wh
    return Box(left=(left + 0.5) / full_width, top=(top + 0.5) / full_height, width=width / full_width, height=height / full_height)


def _detections(found: Found) -> list[Detection]:
    boxes = [(float(left), float(top), float(width), float(height)) for left, top, width, height in found.boxes_ltwh]
    return [
        Detection(box_px=box, landmarks_5x2=points, score=float(score))
        for box, points, score in zip(boxes, found.landmarks_nx5x2, found.scores, strict=True)
    ]
