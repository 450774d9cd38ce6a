"""Files that lie about being films, that ask for too much or for other files; and a machine without PyAV."""

import io
import sys

import pytest
from film_forge import opened, times
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from visavis.decode.limits import FilmLimits
from visavis.decode.video import library
from visavis.decode.video.demuxers import container_of
from visavis.decode.video.film import open_film
from visavis.domain.errors import SetupError, UnreadablePicture
from visavis.domain.media import Reason

BEGINNINGS = [b"\x1aE\xdf\xa3", b"\0\0\0\x18ftypmp42", b"RIFF\0\0\0\0AVI LIST", b"GIF89a", b"FLV\1"]
WAYS = ["h264-mp4", "h264-mkv", "h264-ts", "mpeg2-ps", "mpeg2-mxf", "mjpeg-avi", "wmv2-asf", "h264-flv"]


def refused(data, **limits):
    with pytest.raises(UnreadablePicture) as caught:
        opened(data, limits=FilmLimits(**limits))
    return caught.value.reason


@pytest.mark.parametrize("way", WAYS)
def test_flipped_bytes_give_frames_or_a_reason(make, way):
    whole = make(way).data

    @settings(max_examples=12)
    @given(data=st.data())
    def flipped(data):
        damaged = bytearray(whole)
        # half of the flips in the header, where they do most
        for at in data.draw(st.lists(st.integers(0, 299) | st.integers(0, len(damaged) - 1), min_size=1, max_size=8)):
            damaged[at] = data.draw(st.integers(0, 255))
        damaged = damaged[: data.draw(st.integers(1, len(damaged)) | st.just(len(damaged)))]
        try:
            with opened(bytes(damaged)) as film:
                seen = times(film)
                assert seen == sorted(set(seen))
                assert film.damaged >= 0
        except UnreadablePicture as error:
            Reason(error.reason)

    flipped()


@given(
    rest=st.binary(max_size=400),
    head=st.sampled_from([b"\x1aE\xdf\xa3", b"\0\0\0\x18ftypmp42", b"RIFF\0\0\0\0AVI LIST", b"GIF89a", b"FLV\1"]),
)
@settings(max_examples=60)
def test_a_right_beginning_with_garbage_behind_is_refused(head, rest):
    with pytest.raises(UnreadablePicture):
        opened(head + rest)


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:10,\nhttp://198.51.100.1/a.ts\n",
        "ffconcat version 1.0\nfile /etc/hostname\n",
        "v=0\nm=video 5004 RTP/AVP 96\n",
        "<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'/>",
    ],
)
def test_lists_that_name_other_files_and_addresses_are_no_films(text):
    assert refused(text.encode()) == Reason.UNREADABLE


def test_limits_are_outcomes(make):
    data = make("h264-mp4").data
    assert refused(b"") == Reason.EMPTY
    assert refused(b"hello, this is a text file called holiday.mp4") == Reason.UNREADABLE
    assert refused(data, file_bytes=len(data) - 1) == Reason.TOO_LARGE
    assert refused(data, seconds=2) == Reason.TOO_LARGE
    assert refused(data, pixels=256 * 144 - 1) == Reason.TOO_LARGE
    assert refused(data, shortest_side=145) == Reason.TOO_SMALL
    with opened(data, limits=FilmLimits(file_bytes=len(data), seconds=3, pixels=256 * 144, shortest_side=144)) as film:
        assert film.damaged == 0


def test_a_picture_is_no_film():
    stream = io.BytesIO()
    Image.new("RGB", (64, 64)).save(stream, "JPEG")
    assert refused(stream.getvalue()) == Reason.UNREADABLE


def test_nothing_is_said_on_the_terminal(make, capfd):
    for data in (make("h264-mp4").data[:-999], make("mpeg2-ts").data[5_000:], make("mjpeg-avi").data[:9_000]):
        try:
            with opened(data) as film:
                times(film)
        except UnreadablePicture:
            pass
    assert capfd.readouterr() == ("", "")


def test_a_film_that_we_opened_is_closed_with_it_and_one_that_was_given_stays_open(make, tmp_path):
    path = tmp_path / "1962-05 Holiday.mp4"
    path.write_bytes(make("h264-mp4").data)
    with path.open("rb") as stream:
        with open_film(stream) as film:
            assert film.facts.metadata.captured is None
        assert not stream.closed
    with open_film(path) as film:
        assert film.facts.metadata.captured is not None
        assert film.facts.metadata.captured.text == "1962-05"
    path.unlink()


def test_a_disk_that_fails_while_a_film_is_read_is_no_damage_of_the_film(make):
    class Failing(io.BytesIO):
        broken = False

        def read(self, size=-1):
            if self.broken:
                raise OSError(5, "the drive is gone")
            return super().read(size)

    stream = Failing(make("ffv1-mkv").data)
    with open_film(stream) as film:
        stream.broken = True
        with pytest.raises(OSError, match="the drive is gone"):
            list(film.frames())


def test_without_pyav_the_one_command_is_named(make, monkeypatch):
    data = make("h264-mp4").data
    assert library.is_installed()
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(SetupError) as caught:
        opened(data)
    assert "visavis[video]" in caught.value.remedy


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\0\x14ftypqt  ", "mov"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mov"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", None),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (b"OggS\0", "ogg"),
        (bytes(300) + b"\x06\x0e+4\x02\x05\x01\x01\r\x01\x02\x01\x01\x02", "mxf"),
        ((b"G" + bytes(187)) * 4, "mpegts"),
        ((bytes(4) + b"G" + bytes(187)) * 4, "mpegts"),
        (b"GGGGGGGG", None),
        (b"%PDF-1.7", None),
    ],
)
def test_the_container_is_told_from_the_first_bytes(head, name):
    assert container_of(head) == name
