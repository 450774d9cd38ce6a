"""Probe photographs to numbered faces. A probe is read, shown and searched; it is never enrolled and never stored."""

from collections.abc import Sequence
from pathlib import Path

from visavis.decode.limits import Limits
from visavis.decode.photo import open_photo
from visavis.domain.errors import InputError, NoFaceInProbe, UnreadablePicture
from visavis.domain.face import AnalysedFace, Box
from visavis.domain.identification import ProbePicture
from visavis.engines.chain import Chain

LEAST_PIXELS = 20
"""Height of a face below which none is found reliably."""
EDGE = 1.001
"""Of a picture, as a ratio: numbers that people write are rounded."""
SHOWN_SIDE = 1600
"""Longer side, pixels, of the probe as it is shown."""


class ReadProbe:
    """Reads probe photographs."""

    def __init__(self, chain: Chain, limits: Limits) -> None:
        self._chain = chain
        self._limits = limits

    def run(self, paths: Sequence[Path]) -> tuple[ProbePicture, ...]:
        """Decode the photographs and number their faces, left to right then top to bottom.

        Raises
        ------
        InputError
            A photograph can't be read.
        NoFaceInProbe
            No detector pass found a face in one of them.
        """
        return tuple(self.read(path, _bytes_of(path)) for path in paths)

    def read(self, path: Path, data: bytes, *, faceless: bool = False) -> ProbePicture:
        """Decode one photograph that is in memory, called `path`; with `faceless` it may show no face. Errors as for `run`."""
        try:
            photo = open_photo(data, limits=self._limits)
            (faces,) = self._chain.analyse([photo])
            if isinstance(faces, UnreadablePicture):
                raise faces
            image = photo.pixels(SHOWN_SIDE)
        except UnreadablePicture as error:
            raise UnreadablePicture(f"{path}: {error}", reason=error.reason, remedy="try another file of the photograph") from error
        if not faces and not faceless:
            raise NoFaceInProbe(f"no face was found in {path}", remedy="use a photograph in which the face is at least 20 pixels high")
        return ProbePicture(name=path.name, image_rgb=image, faces=tuple(faces), picked=())

    def within(self, path: Path, data: bytes, box: Box) -> AnalysedFace:
        """Look for the face that a person drew a box around.

        Raises
        ------
        InputError
            The photograph can't be read, or the box is none.
        NoFaceInProbe
            No face is found in the box, however weak.
        """
        _check_drawn(box)
        try:
            photo = open_photo(data, limits=self._limits)
            face = self._chain.within(photo, box)
        except UnreadablePicture as error:
            raise UnreadablePicture(f"{path}: {error}", reason=error.reason, remedy="try another file of the photograph") from error
        if face is None:
            _, _, width, height = box.pixels(width=photo.full_width, height=photo.full_height)
            side = round(max(width, height))
            why = (
                f"it is {side} pixels high, and a face needs {LEAST_PIXELS}" if side < LEAST_PIXELS else "it may be turned away or covered"
            )
            raise NoFaceInProbe(
                f"no face is found in the box that was drawn: {why}", remedy="draw from the hair to the chin, or use another photograph"
            )
        return face


def _check_drawn(box: Box) -> None:
    within = box.left >= 0 and box.top >= 0 and box.left + box.width <= EDGE and box.top + box.height <= EDGE
    if not (within and box.width > 0 and box.height > 0):
        raise InputError("the box does not lie within the photograph", remedy="draw it again")


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"can't read {path}: {error.strerror}", remedy="name a photograph that you may open") from error
