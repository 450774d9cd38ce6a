"""What every source must keep. Subclass `SourceContract`, give it a source that holds given files, and pytest runs the promises."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import pairwise

import pytest

from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason
from visavis.sources.base import FoundFile, Source

_FILES = {
    "b.jpg": b"second",
    "a.jpg": b"first",
    "album/1962/picnic.png": b"third, a little longer",
    "album/empty.tif": b"",
    "album/straße ☀.jpg": b"not ASCII",
}


class SourceContract(ABC):
    """The promises of :class:`visavis.sources.base.Source`."""

    @abstractmethod
    def source_with(self, files: Mapping[str, bytes]) -> Source:
        """Return a new source that holds these files, by path, and nothing else."""

    def test_every_file_is_listed_once_with_its_size(self) -> None:
        listed = list(self.source_with(_FILES).discover())
        assert all(isinstance(found, FoundFile) for found in listed)
        assert sorted((found.path, found.size) for found in listed if isinstance(found, FoundFile)) == sorted(
            (path, len(data)) for path, data in _FILES.items()
        )

    def test_two_listings_of_one_source_are_alike(self) -> None:
        source = self.source_with(_FILES)
        assert list(source.discover()) == list(source.discover())

    def test_files_of_one_folder_come_together(self) -> None:
        folders = [found.path.rpartition("/")[0] for found in self.source_with(_FILES).discover()]
        changes = sum(a != b for a, b in pairwise(folders))
        assert changes == len(set(folders)) - 1, "a folder's files are not scattered"

    def test_a_listed_path_opens_to_its_bytes(self) -> None:
        source = self.source_with(_FILES)
        assert {found.path: source.open(found.path) for found in source.discover()} == _FILES

    def test_a_head_is_no_longer_than_asked_for(self) -> None:
        source = self.source_with(_FILES)
        assert source.open("a.jpg", head=3) == b"fir"
        assert source.open("a.jpg", head=300) == b"first"

    def test_an_empty_source_lists_nothing(self) -> None:
        assert list(self.source_with({}).discover()) == []

    def test_a_file_that_is_gone_is_vanished(self) -> None:
        with pytest.raises(UnreadablePicture) as caught:
            self.source_with(_FILES).open("gone.jpg")
        assert caught.value.reason == Reason.VANISHED

    @pytest.mark.parametrize("path", ["../a.jpg", "album/../../a.jpg", "/etc/hostname"])
    def test_no_path_leads_out_of_the_source(self, path: str) -> None:
        with pytest.raises(UnreadablePicture) as caught:
            self.source_with(_FILES).open(path)
        assert caught.value.reason in {Reason.NOT_ALLOWED, Reason.VANISHED}

    def test_a_stream_is_read_here_and_there(self) -> None:
        with self.source_with(_FILES).stream("b.jpg") as stream:
            assert (stream.seek(0, 2), stream.seek(2), stream.read(3)) == (6, 2, b"con")

    @pytest.mark.parametrize("path", ["gone.jpg", "../a.jpg", "album/../../a.jpg", "/etc/hostname"])
    def test_a_stream_of_what_is_not_there_is_refused(self, path: str) -> None:
        with pytest.raises(UnreadablePicture) as caught:
            self.source_with(_FILES).stream(path)
        assert caught.value.reason in {Reason.NOT_ALLOWED, Reason.VANISHED}

    def test_a_source_has_three_doors(self) -> None:
        doors = {name for name in dir(self.source_with({})) if not name.startswith("_")}
        assert doors == {"discover", "open", "stream"}
