"""Faces of films for another pack: cut out of the frames that they were found in, film after film, in order of time."""

import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from visavis.decode.originals import OriginalPixels
from visavis.decode.video.base import Film
from visavis.decode.video.film import open_film
from visavis.domain.arrays import Landmarks5
from visavis.domain.errors import SetupError, UnreadablePicture
from visavis.domain.media import AtHand, Reason
from visavis.engines.closeup import close_up_again
from visavis.records.repacking import Embedded, Repackings
from visavis.records.waiting import FaceToMove, FilmToMove
from visavis.services.repack.parts import BATCH, CHANGED, Admission, Admit, Batch, Tally, Target, embedded


class Films:
    """Embeds them.

    Parameters
    ----------
    repackings : Repackings
    originals : OriginalPixels
        Its doors and limits.
    admit : Admit
    roots : mapping
        Root number to folder.
    """

    def __init__(self, repackings: Repackings, *, originals: OriginalPixels, admit: Admit, roots: Mapping[int, Path]) -> None:
        self._repackings = repackings
        self._originals = originals
        self._admit = admit
        self._roots = roots

    def batches(self, target: Target, tally: Tally, *, spare: bool) -> Iterator[Batch]:
        """Go through the films of faces that lack a template; each batch is to be written before the next is asked for.

        One film is open and one frame decoded at a time.
        """
        after = 0
        while film := self._repackings.waiting.film(spare=spare, after=after):
            yield from self._batches_of(film, target, tally, spare=spare)
            after = film.number

    def _batches_of(self, film: FilmToMove, target: Target, tally: Tally, *, spare: bool) -> Iterator[Batch]:
        left, last = film.waiting, None
        with ExitStack() as closing:
            opened = self._opened(film, closing, tally)
            rule = opened if isinstance(opened, str) else ""
            while isinstance(opened, tuple) and (faces := self._repackings.waiting.of_film(film, spare=spare, after=last, limit=BATCH)):
                path, frames = opened
                admission = self._asked(film, path, "index")
                if admission.rule:
                    rule = admission.rule
                    break
                yield Batch(faces=_embedded(target, film, frames, faces, admission, tally), looked=len(faces), pictures=1)
                left, last = left - len(faces), faces[-1]
        if rule:
            tally.refused[rule] += left
        if left:
            yield Batch(faces=(), looked=left, pictures=1, refused=left if rule else 0)

    def _opened(self, film: FilmToMove, closing: ExitStack, tally: Tally) -> tuple[str, Film] | str | None:
        """Return where a film lies, and it, open until `closing`; the rule that refuses it; or None where no file of it could be read."""
        why: str = Reason.VANISHED
        for root, path in film.places:
            admission = self._asked(film, path, "decode")
            if admission.rule:
                return admission.rule
            try:
                stream = closing.enter_context(self._originals.open_stream(self._roots[root], path))
                if _digest(stream) == film.sha256:
                    name = PurePosixPath(path).name
                    return path, closing.enter_context(open_film(stream, file_name=name, limits=self._originals.film_limits))
                why = CHANGED
            except (UnreadablePicture, SetupError, OSError) as error:
                why = _reason(error)
        tally.left_unread(film, film.waiting, why)
        return None

    def _asked(self, film: FilmToMove, path: str, step: str) -> Admission:
        return self._admit(film.source_number, path, step=step, kind="film", faces=film.appearances)


def _embedded(
    target: Target, film: FilmToMove, frames: Film, faces: Sequence[FaceToMove], admission: Admission, tally: Tally
) -> list[Embedded]:
    """Embed faces in order of time, of frames that are decoded one after the other; only close-ups are held together."""
    close: list[tuple[FaceToMove, AtHand, Landmarks5]] = []
    for ticks, there in itertools.groupby(faces, lambda face: face.at_ticks):
        shown = list(there)
        try:
            frame = frames.at(ticks)
        except (UnreadablePicture, OSError) as error:
            tally.left_unread(film, len(shown), _reason(error))
            continue
        close += [(face, *close_up_again(frame, face.box, face.landmarks_5x2)) for face in shown]
    found: list[Embedded] = []
    for (face, _, _), answer in zip(close, target.embed([(picture, [points]) for _, picture, points in close]), strict=True):
        if isinstance(answer, UnreadablePicture):
            tally.left_unread(film, 1, answer.reason)
        else:
            found += embedded(film, [face], answer, admission)
    return found


def _digest(stream: BinaryIO) -> bytes:
    sha256 = hashlib.sha256()
    while piece := stream.read(1 << 20):
        sha256.update(piece)
    return sha256.digest()


def _reason(error: UnreadablePicture | SetupError | OSError) -> str:
    """Return why a film can't be read, as ingest says it."""
    if isinstance(error, UnreadablePicture):
        return error.reason
    return Reason.UNSUPPORTED if isinstance(error, SetupError) else Reason.NOT_ALLOWED
