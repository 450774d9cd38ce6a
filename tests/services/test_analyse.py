"""What one worker makes of a batch, but for the networks."""

import datetime as dt
import io
from pathlib import Path

from PIL import Image

from visavis.decode.limits import Limits
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
