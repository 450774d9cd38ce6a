"""Films with known truth: photographs of known people, moved, turned, cut and faded before a backdrop by a script.

A film is a list of scenes; a scene has actors, each a photograph whose face box is known, carried from one pose to another. Who is where
in which frame is computed from the same poses that the frame is drawn from, so that truth is known and not found.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.decode.photo import open_photo
from visavis.decode.video.encode import Encoding, FilmWriter
from visavis.domain.arrays import RgbImage
from visavis.domain.face import Box

Affine = NDArray[np.float64]
"""(2, 3): photograph's pixels to frame's pixels."""

_WHOLLY = 0.9  # of a face's box within the frame: less is an entrance or an exit


@dataclass(frozen=True, slots=True)
class Portrait:
    """A photograph of one person, and where the face is in it (the default pack's box, ratios, 2026-11-22)."""

    file: str
    person: str
    face: Box


def _portrait(file: str, person: str, *face: float) -> Portrait:
    return Portrait(file, person, Box(left=face[0], top=face[1], width=face[2], height=face[3]))


PORTRAITS = {
    one.file: one
    for one in (
        _portrait("barack-obama-2009.jpg", "obama", 0.330, 0.195, 0.442, 0.331),
        _portrait("barack-obama-senate.jpg", "obama", 0.328, 0.214, 0.346, 0.411),
        _portrait("eileen-collins.jpg", "collins", 0.355, 0.141, 0.175, 0.206),
        _portrait("emmanuel-macron-2014.jpg", "macron", 0.329, 0.199, 0.357, 0.423),
        _portrait("emmanuel-macron-2025.jpg", "macron", 0.282, 0.170, 0.445, 0.470),
        _portrait("jacinda-ardern-2018.jpg", "ardern", 0.299, 0.171, 0.416, 0.436),
        _portrait("jacinda-ardern-2022.jpg", "ardern", 0.307, 0.133, 0.405, 0.447),
        _portrait("joe-biden-2010.jpg", "biden", 0.442, 0.084, 0.290, 0.174),
        _portrait("rishi-sunak.jpg", "sunak", 0.322, 0.181, 0.380, 0.470),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Where a face is: its centre and height as ratios of the frame's width, height and height; `turn` in degrees, clockwise."""

    x: float = 0.5
    y: float = 0.5
    size: float = 0.4
    turn: float = 0.0

    def towards(self, other: "Pose", share: float) -> "Pose":
        """Return the pose that lies `share` (0 to 1) of the way to another."""
        mixed = {name: (1 - share) * getattr(self, name) + share * getattr(other, name) for name in ("x", "y", "size", "turn")}
        return Pose(**mixed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One actor of a scene, moved evenly from `start` to `end`; there from `enters` to `leaves` seconds (None = all the scene)."""

    portrait: str
    start: Pose = Pose()
    end: Pose | None = None
    enters: float = 0.0
    leaves: float | None = None

    def pose(self, share: float) -> Pose:
        """Return the pose at `share` (0 to 1) of the scene."""
        return self.start.towards(self.end or self.start, share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is between two cuts; `fade` seconds from and to black at its two ends."""

    seconds: float
    parts: tuple[Part, ...] = ()
    fade: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A whole film.

    Attributes
    ----------
    width, height : int
        Of the frames as they are shown, pixels, even.
    rate : Fraction
        Frames a second.
    noise : float
        Standard deviation of grain, of 255.
    uneven : bool
        Variable rate: every second to fifth frame only, by chance, at its own time.
    seed : int
        Of backdrop, grain and gaps.
    """

    scenes: tuple[Scene, ...]
    width: int = 320
    height: int = 180
    rate: Fraction = Fraction(25)
    noise: float = 0.0
    uneven: bool = False
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Truth: one person in one scene.

    Attributes
    ----------
    start, end : Fraction
        Seconds: the first and the last frame in which the face is wholly there.
    boxes : tuple of (Fraction, Box)
        Where it is in each frame; ratios.
    smallest_px : float
        Height of its box in pixels in the frame where it is smallest.
    """

    person: str
    start: Fraction
    end: Fraction
    boxes: tuple[tuple[Fraction, Box], ...] = field(repr=False)
    smallest_px: float

    @property
    def seconds(self) -> Fraction:
        """How long it lasts, first to last frame."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One frame of a script: its number at the full rate, and who is seen in it."""

    number: int
    scene: int
    image_rgb: RgbImage = field(repr=False)
    faces: tuple[tuple[str, Box], ...]


class Studio:
    """Draws scripts; keeps the photographs decoded.

    Parameters
    ----------
    folder : Path
        `examples/photos`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._photos: dict[str, list[RgbImage]] = {}

    def shots(self, script: Script) -> Iterator[Shot]:
        """Draw frame by frame, in order of time."""
        chance = np.random.default_rng(script.seed)
        number, next_shown = 0, 0
        for at, scene in enumerate(script.scenes):
            backdrop = _backdrop(script, chance)
            count = round(scene.seconds * script.rate)
            for frame in range(count):
                if number >= next_shown:
                    image, faces = self._draw(script, scene, backdrop, frame)
                    next_shown = number + (int(chance.integers(2, 6)) if script.uneven else 1)
                    yield Shot(number=number, scene=at, image_rgb=_grained(image, script.noise, chance), faces=faces)
                number += 1

    def _draw(self, script: Script, scene: Scene, backdrop: RgbImage, frame: int) -> tuple[RgbImage, tuple[tuple[str, Box], ...]]:
        seconds = frame / float(script.rate)
        image, faces = backdrop.copy(), []
        for part in scene.parts:
            if not part.enters <= seconds < (scene.seconds if part.leaves is None else part.leaves):
                continue
            portrait = PORTRAITS[part.portrait]
            photo, box, affine = self._placed(portrait, part.pose(seconds / scene.seconds), script)
            cv2.warpAffine(
                photo, affine, (script.width, script.height), dst=image, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
            )
            if _inside(box) >= _WHOLLY:
                faces.append((portrait.person, box))
        light = _light(scene, seconds)
        if light < 1:
            image = (image * light).astype(np.uint8)
        return image, tuple(faces) if light >= 0.5 else ()

    def _placed(self, portrait: Portrait, pose: Pose, script: Script) -> tuple[RgbImage, Box, Affine]:
        """Return the photograph at a fitting size, where its face comes to lie, and what carries it there."""
        levels = self._levels(portrait.file)
        wanted = pose.size * script.height / portrait.face.height
        photo = next((level for level in reversed(levels) if level.shape[0] >= wanted), levels[0])
        affine = _affine(portrait, photo, pose, script)
        return photo, _box(portrait, photo, affine, script), affine

    def _levels(self, name: str) -> list[RgbImage]:
        """Return the photograph and its halves: drawing from much more than is needed would make it shimmer."""
        if name not in self._photos:
            levels = [open_photo((self._folder / name).read_bytes()).pixels()]
            while min(levels[-1].shape[:2]) >= 64:
                levels.append(cv2.resize(levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
            self._photos[name] = levels
        return self._photos[name]


def _affine(portrait: Portrait, photo: RgbImage, pose: Pose, script: Script) -> Affine:
    height, width = photo.shape[:2]
    face = portrait.face
    centre = np.array([(face.left + face.width / 2) * width, (face.top + face.height / 2) * height])
    scale = pose.size * script.height / (face.height * height)
    angle = np.radians(pose.turn)
    turned = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = np.array([pose.x * script.width, pose.y * script.height])
    return np.column_stack([turned, target - turned @ centre])


def _box(portrait: Portrait, photo: RgbImage, affine: Affine, script: Script) -> Box:
    """Return the face's box in the frame: upright, of the same size, around the turned centre (as detectors draw it)."""
    height, width = photo.shape[:2]
    face = portrait.face
    x, y = affine @ np.array([(face.left + face.width / 2) * width, (face.top + face.height / 2) * height, 1.0])
    scale = float(np.hypot(affine[0, 0], affine[1, 0]))
    across, down = face.width * width * scale / script.width, face.height * height * scale / script.height
    return Box(left=float(x) / script.width - across / 2, top=float(y) / script.height - down / 2, width=across, height=down)


def _inside(box: Box) -> float:
    """Return the share of a box that lies within the frame."""
    across = min(1.0, box.left + box.width) - max(0.0, box.left)
    down = min(1.0, box.top + box.height) - max(0.0, box.top)
    return max(0.0, across) * max(0.0, down) / (box.width * box.height)


def _backdrop(script: Script, chance: np.random.Generator) -> RgbImage:
    """Return soft blotches of muted colours: something for an encoder to do and nothing like a face."""
    coarse = chance.integers(40, 160, (5, 8, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (script.width, script.height), interpolation=cv2.INTER_CUBIC))


def _light(scene: Scene, seconds: float) -> float:
    """Return how bright a scene is at a moment, 0 to 1."""
    return min(1.0, seconds / scene.fade, (scene.seconds - seconds) / scene.fade) if scene.fade else 1.0


def _grained(image: RgbImage, sigma: float, chance: np.random.Generator) -> RgbImage:
    if not sigma:
        return image
    grain = chance.normal(0, sigma, image.shape).astype(np.float32)
    return (image + grain).clip(0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFilm:
    """A rendered script and the truth about it.

    Attributes
    ----------
    data : bytes
        The file.
    times : tuple of Fraction
        Seconds of each frame, from the first.
    cuts : tuple of Fraction
        Seconds at which a new scene begins, but for the first.
    """

    data: bytes = field(repr=False)
    script: Script
    times: tuple[Fraction, ...] = field(repr=False)
    cuts: tuple[Fraction, ...]
    sightings: tuple[Sighting, ...]


def render(studio: Studio, script: Script, encoding: Encoding | None = None, *, interlaced: bool = False) -> MadeFilm:
    """Draw a script, encode it, and say what is true of it.

    Parameters
    ----------
    encoding : Encoding, optional
        H.264 in MP4 if None; one of `encodings(rate)` otherwise, or your own.
    interlaced : bool
        Two successive drawings become the two fields of one frame; the encoding says how that is flagged.
    """
    encoding = encoding or encodings(script.rate)["h264-mp4"]
    stream = io.BytesIO()
    shots: list[Shot] = []
    size = (script.height, script.width) if encoding.rotation % 180 else (script.width, script.height)
    with FilmWriter(stream, encoding, width=size[0], height=size[1]) as writer:
        for shot in _woven(studio.shots(script)) if interlaced else studio.shots(script):
            shots.append(replace(shot, image_rgb=shot.image_rgb[:0]))
            writer.write(np.rot90(shot.image_rgb, -encoding.rotation // 90), _ticks(shot, script, encoding))
    times = [Fraction(shot.number) / script.rate for shot in shots]
    cuts = [time for time, shot, before in zip(times[1:], shots[1:], shots, strict=False) if shot.scene != before.scene]
    return MadeFilm(data=stream.getvalue(), script=script, times=tuple(times), cuts=tuple(cuts), sightings=_sightings(script, shots))


def _ticks(shot: Shot, script: Script, encoding: Encoding) -> int:
    return round(Fraction(shot.number) / script.rate / encoding.time_base)


def _woven(shots: Iterator[Shot]) -> Iterator[Shot]:
    """Make one frame of two: even lines of the first, odd lines of the second."""
    for upper in shots:
        lower = next(shots, upper)
        image = upper.image_rgb.copy()
        image[1::2] = lower.image_rgb[1::2]
        yield replace(upper, image_rgb=image)


def _sightings(script: Script, shots: Sequence[Shot]) -> tuple[Sighting, ...]:
    seen: dict[tuple[int, str], list[tuple[Fraction, Box]]] = {}
    for shot in shots:
        for person, box in shot.faces:
            seen.setdefault((shot.scene, person), []).append((Fraction(shot.number) / script.rate, box))
    return tuple(
        Sighting(
            person=person,
            start=boxes[0][0],
            end=boxes[-1][0],
            boxes=tuple(boxes),
            smallest_px=min(box.height for _, box in boxes) * script.height,
        )
        for (_, person), boxes in seen.items()
    )


def encodings(rate: Fraction, *, key_every: int = 50, bit_rate: int = 0) -> Mapping[str, Encoding]:
    """Return the containers and codecs that films are made in, by name (`h264-mp4`).

    Parameters
    ----------
    rate : Fraction
        Frames a second.
    key_every : int
        Frames from one key frame to the next at most; codecs without other frames don't mind.
    bit_rate : int
        Bits a second; 0 = as the encoder has it.
    """
    return {name: replace(way, time_base=1 / rate, rate=rate, key_every=key_every, bit_rate=bit_rate) for name, way in _ways().items()}


def _ways() -> dict[str, Encoding]:
    def way(container: str, codec: str, pixel_format: str = "yuv420p", **options: str) -> Encoding:
        return Encoding(
            container=container, codec=codec, pixel_format=pixel_format, options=options, time_base=Fraction(1), rate=Fraction(1)
        )

    x264 = {"preset": "ultrafast", "bf": "2"}
    vpx = {"deadline": "realtime", "cpu-used": "8"}
    return {
        "h264-mp4": way("mp4", "libx264", **x264),
        "h264-mov": way("mov", "libx264", **x264),
        "h264-mkv": way("matroska", "libx264", **x264),
        "h264-ts": way("mpegts", "libx264", **x264),
        "h264-avi": way("avi", "libx264", preset="ultrafast", bf="0"),
        "h264-flv": way("flv", "libx264", **x264),
        "hevc-mp4": way("mp4", "libx265", preset="ultrafast", **{"x265-params": "log-level=none:pools=none:frame-threads=1"}),
        "vp8-webm": way("webm", "libvpx", **vpx),
        "vp9-webm": way("webm", "libvpx-vp9", **vpx),
        "av1-mkv": way("matroska", "libsvtav1", preset="12", **{"svtav1-params": "lp=1"}),
        "mpeg2-ts": way("mpegts", "mpeg2video", bf="2"),
        "mpeg2-ps": way("vob", "mpeg2video", bf="2"),
        "mpeg2-mxf": way("mxf", "mpeg2video"),
        "prores-mov": way("mov", "prores_ks", "yuv422p10le", profile="proxy"),
        "dnxhr-mxf": way("mxf", "dnxhd", "yuv422p", profile="dnxhr_sq"),
        "mjpeg-avi": way("avi", "mjpeg", "yuvj420p"),
        "mpeg4-avi": way("avi", "mpeg4"),
        "wmv2-asf": way("asf", "wmv2"),
        "ffv1-mkv": way("matroska", "ffv1"),
    }
