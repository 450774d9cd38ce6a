"""A photograph as ingest looks at it, and a file with several of them: every page is looked at, and is found by itself."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from visavis.decode.likeness import dhash
from visavis.decode.limits import Limits
from visavis.decode.photo import Photo, open_photo
from visavis.decode.same_picture import sketch
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import AnalysedFace
from visavis.domain.media import AnalysedPicture, Outcome, Page, Reason


class Watched:
    """A photo that takes its perceptual hash and its sketch when its pixels are first decoded: nothing is decoded twice for them."""

    def __init__(self, photo: Photo, *, sketched: bool = True) -> None:
        self.photo = photo
        self._sketched = sketched
        self.dhash = b""
        self.sketch = b""

    @property
    def full_width(self) -> int:
        """As `Photo`."""
        return self.photo.full_width

    @property
    def full_height(self) -> int:
        """As `Photo`."""
        return self.photo.full_height

    def pixels(self, longer_side: int | None = None) -> RgbImage:
        """As `Photo`."""
        image = self.photo.pixels(longer_side)
        if not self.dhash:
            self.dhash, self.sketch = dhash(image), sketch(image) if self._sketched else b""
        return image

    def page(self, number: int) -> Page:
        """Return it as a page of its file."""
        return Page(number=number, dhash=self.dhash, sketch=self.sketch)

    def analysed(self, path: str, faces: list[AnalysedFace], pages: tuple[Page, ...] = ()) -> AnalysedPicture:
        """Return what is known of it with its faces; of a file with several pages, with those of all of them."""
        return AnalysedPicture(
            format=self.photo.format,
            width=self.full_width,
            height=self.full_height,
            dhash=self.dhash,
            metadata=self.photo.metadata(PurePosixPath(path).name),
            faces=tuple(faces),
            sketch=self.sketch,
            pages=pages,
        )


def each_page(data: bytes, first: Photo, limits: Limits) -> Iterator[tuple[int, Watched | UnreadablePicture]]:
    """Yield the pages of a file, numbered from 1; of one that can't be opened, why."""
    yield 1, Watched(first)
    for number in range(2, first.pages + 1):
        try:
            yield number, Watched(open_photo(data, page=number - 1, limits=limits))
        except UnreadablePicture as error:
            yield number, error


def outcome_of(faces: int, unread: list[int]) -> Outcome:
    """Return what became of a file of which some pages may not have been read."""
    detail = f"not read: page {', '.join(map(str, unread))}" if unread else ""
    return Outcome(reason=Reason.INDEXED if faces else Reason.NO_FACE, detail=detail, faces=faces)
