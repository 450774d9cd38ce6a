import picture_forge as forge
import pytest

from visavis.decode.formats import Format
from visavis.decode.headers import peek
from visavis.decode.limits import Limits
from visavis.domain.media import Reason

LARGE = forge.jpeg(forge.textured(800, 600), exif=forge.exif(original="2016:05:14 09:30:00", orientation=6))


def look(data, head=None, name="x.jpg", **limits):
    return peek(data[:head], name, size=len(data), limits=Limits(**limits))


def test_the_head_of_a_jpeg_tells_format_size_and_date():
    header = look(LARGE, 4_096)
    assert (header.format, header.width, header.height, header.needs_whole) == (Format.JPEG, 600, 800, False)
    assert header.captured is not None
    assert header.captured.text == "2016-05-14T09:30:00"


def test_a_date_in_the_name_serves_too():
    captured = look(forge.jpeg(), name="1962 Picnic.jpg").captured
    assert captured is not None
    assert captured.text == "1962"


@pytest.mark.parametrize("form", ["WEBP", "TIFF", "AVIF"])
def test_a_format_that_keeps_its_header_elsewhere_asks_for_the_whole(form):
    data = forge.encode(forge.textured(), form)
    assert look(data, 200).needs_whole
    assert (look(data).width, look(data).needs_whole) == (96, False)


def test_a_head_that_ends_too_early_asks_for_the_whole():
    assert look(LARGE, 50).needs_whole


def test_what_is_no_picture_is_refused_from_its_head():
    assert look(b"no picture" * 100, 64).refusal == Reason.UNREADABLE
    assert look(b"").refusal == Reason.EMPTY
    assert look(LARGE, pixels=100).refusal == Reason.TOO_LARGE


def test_expansion_is_measured_against_the_whole_file():
    limits = {"expansion": 60, "expansion_free_pixels": 0}
    assert look(LARGE, **limits).refusal is None
    assert look(LARGE, 2_048, **limits).refusal is None
