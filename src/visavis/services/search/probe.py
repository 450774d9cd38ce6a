"""Probe photographs to numbered faces. A probe is read, shown and searched; it is never enrolled and never stored."""

from collections.abc import Sequence
from pathlib import Path

from visavis.decode.limits import Limits
from visavis.decode.photo import open_photo
from visavis.domain.errors import InputError, NoFaceInProbe, UnreadablePicture
from visavis.domain.identification import ProbePicture
from visavis.engines.chain import Chain

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

    def read(self, path: Path, data: bytes) -> ProbePicture:
        """Decode one photograph that is in memory; `path` is what it is called. Errors as for `run`."""
        try:
            photo = open_photo(data, limits=self._limits)
            (faces,) = self._chain.analyse([photo])
            if isinstance(faces, UnreadablePicture):
                raise faces
            image = photo.pixels(SHOWN_SIDE)
        except UnreadablePicture as error:
            raise UnreadablePicture(f"{path}: {error}", reason=error.reason, remedy="try another file of the photograph") from error
        if not faces:
            raise NoFaceInProbe(f"no face was found in {path}", remedy="use a photograph in which the face is at least 20 pixels high")
        return ProbePicture(name=path.name, image_rgb=image, faces=tuple(faces), picked=())


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"can't read {path}: {error.strerror}", remedy="name a photograph that you may open") from error
