"""What one worker makes of a batch, but for the networks."""

import datetime as dt
import io
from pathlib import Path

import numpy as np
from archive_forge import at_cosine, face
from PIL import Image

from visavis.decode.limits import Limits
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import Box
from visavis.domain.media import Reason
from visavis.services.ingest.analyse import MediaAnalyser
from visavis.services.ingest.batches import Batch
from visavis.sources.base import FoundFile


class NoFaces:
    def analyse(self, photos, *, thorough=False):
        return [[] for photo in photos if photo.pixels().size]


def analysed(*paths):
    stream = io.BytesIO()
    Image.new("RGB", (32, 32), "white").save(stream, "PNG")
    batch = Batch(root=Path("root"), files=tuple(FoundFile(path=path, size=1, mtime_ns=1) for path in paths))
    analyser = MediaAnalyser(lambda _root, _path: stream.getvalue(), NoFaces(), Limits(), films=None)
    analyser.examine(batch)
    found = analyser.analyse(batch, frozenset(range(len(paths))))
    return [found[place].picture for place in range(len(paths))]


def test_a_date_is_read_from_the_file_s_name_and_not_from_its_folders():
    named, in_a_folder, among_scans, silent = analysed(
        "1962 Christmas.png", "album/1962 Christmas.png", "scans/1962 Christmas.png", "1970-01-01/beach.png"
    )
    for picture in (named, in_a_folder, among_scans):
        assert picture.metadata.captured is not None
        assert picture.metadata.captured.first == dt.date(1962, 1, 1)
    assert silent.metadata.captured is None


class FaceOnEach:
    """Finds one face in every picture that decodes, whose box says how bright it is."""

    def analyse(self, photos, *, thorough=False):
        found = []
        for photo in photos:
            try:
                box = Box(left=float(photo.pixels().mean()) / 255, top=0.1, width=0.2, height=0.2)
            except UnreadablePicture as error:
                found.append(error)
            else:
                found.append([face(at_cosine(1), box=box)])
        return found


def scanned(*greys, damaged=None):
    """Return a TIFF of several pages; of the damaged one the pixels are cut off."""
    pages = [Image.fromarray(np.full((64, 64, 3), grey, np.uint8)) for grey in greys]
    stream = io.BytesIO()
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    data = bytearray(stream.getvalue())
    if damaged is not None:
        with Image.open(io.BytesIO(data)) as image:
            image.seek(damaged)
            start, length = image.tag_v2[273][0], image.tag_v2[279][0]
        data[start : start + length] = bytes(length)
    return bytes(data)


def of_pages(data, limits=None):
    batch = Batch(root=Path("root"), files=(FoundFile(path="1962 Christmas.tif", size=1, mtime_ns=1),))
    analyser = MediaAnalyser(lambda _root, _path: data, FaceOnEach(), limits or Limits(), films=None)
    analyser.examine(batch)
    return analyser.analyse(batch, frozenset({0}))[0]


def test_every_page_of_a_file_is_looked_at_and_a_face_knows_its_page():
    read = of_pages(scanned(10, 200, 120))
    assert (read.outcome.reason, read.outcome.detail, read.outcome.faces) == (Reason.INDEXED, "", 3)
    assert [(face.page, round(face.box.left * 255)) for face in read.picture.faces] == [(1, 10), (2, 200), (3, 120)]
    assert [(page.number, len(page.dhash)) for page in read.picture.pages] == [(1, 16), (2, 16), (3, 16)]
    assert read.picture.metadata.captured.first == dt.date(1962, 1, 1)


def test_a_damaged_page_loses_only_itself_and_is_named():
    read = of_pages(scanned(10, 200, 120, damaged=1))
    assert (read.outcome.reason, read.outcome.detail, read.outcome.faces) == (Reason.INDEXED, "not read: page 2", 2)
    assert [face.page for face in read.picture.faces] == [1, 3]
    assert of_pages(scanned(10, 20, damaged=0)).outcome.detail == "not read: page 1"


def test_a_file_of_too_many_pages_is_an_outcome_and_nothing_of_it_is_read():
    read = of_pages(scanned(*range(9)), Limits(pages=8))
    assert (read.outcome.reason, read.outcome.detail, read.picture) == (Reason.TOO_LARGE, "more than 8 pages", None)
    assert of_pages(scanned(*range(8)), Limits(pages=8)).outcome.faces == 8
