import io

import numpy as np
import pytest
from PIL import Image

from visavis.decode.limits import Limits
from visavis.domain.errors import InputError
from visavis.domain.media import Reason
from visavis.services.survey import CostModel, Survey
from visavis.sources.folder import FolderSource


def picture(form, size=(64, 48), shade=0, **options):
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    out = io.BytesIO()
    Image.fromarray(np.stack([x + shade, y, x + y], -1).astype(np.uint8)).save(out, form, **options)
    return out.getvalue()


def dated(moment):
    block = Image.Exif()
    block.get_ifd(0x8769)[0x9003] = moment
    return block.tobytes()


def survey(root, files, **options):
    for path, data in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return Survey(open_source=FolderSource, limits=Limits(), **options).run(root)


def test_files_are_counted_by_what_their_bytes_are(tmp_path):
    jpeg, png = picture("JPEG"), picture("PNG")
    report = survey(
        tmp_path, {"a.jpg": jpeg, "really-a-jpeg.png": jpeg + b"\0", "b/c.png": png, "notes.txt": b"hello", "film.mp4": b"12345"}
    )
    assert {name: tally.files for name, tally in report.by_type.items()} == {"jpeg": 2, "png": 1}
    assert report.by_type["png"].bytes == len(png)
    assert {name: tally.files for name, tally in report.unsupported.items()} == {"txt": 1}
    assert (report.videos.files, report.videos.bytes) == (1, 5)
    assert report.files.files == 5


def test_what_can_not_be_read_is_counted_and_listed(tmp_path):
    report = survey(tmp_path, {"empty.jpg": b"", "text.jpg": b"not a picture", "cut.png": picture("PNG")[:20], "fine.png": picture("PNG")})
    assert report.unreadable_count == 3
    assert {unread.path: unread.reason for unread in report.unreadable} == {
        "empty.jpg": Reason.EMPTY,
        "text.jpg": Reason.UNREADABLE,
        "cut.png": Reason.TRUNCATED,
    }


def test_a_folder_that_is_not_followed_is_told(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert [unread.path for unread in survey(tmp_path, {}).unreadable] == ["loop"]


def test_the_same_bytes_twice_are_duplicates_and_the_same_size_is_not(tmp_path):
    one, other = picture("BMP"), picture("BMP", shade=9)
    assert len(one) == len(other)
    report = survey(tmp_path, {"a.bmp": one, "b/a.bmp": one, "c/a.bmp": one, "other.bmp": other})
    assert (report.duplicates.files, report.duplicates.bytes) == (2, 2 * len(one))


def test_dates_come_from_headers_and_names_as_exactly_as_they_are_known(tmp_path):
    report = survey(
        tmp_path,
        {
            "a.jpg": picture("JPEG", exif=dated("2016:05:14 09:30:00")),
            "b.jpg": picture("JPEG", exif=dated("2016:07:01 10:00:00")),
            "1962 Picnic.jpg": picture("JPEG"),
            "undated.jpg": picture("JPEG"),
        },
    )
    assert report.years == {1962: 1, 2016: 2}
    assert report.decades == {1960: 1, 2010: 2}
    assert (report.dated, report.undated) == (3, 1)


def test_raw_and_jpeg_of_one_shot_count_once(tmp_path):
    report = survey(tmp_path, {"IMG_1.CR2": b"II*\0 raw", "img_1.jpg": picture("JPEG"), "M/IMG_1.txt": b"between them by name"})
    assert (report.paired.files, report.by_type["jpeg"].files, report.unreadable_count) == (1, 1, 0)


def test_the_largest_picture_is_named(tmp_path):
    report = survey(tmp_path, {"a.png": picture("PNG"), "big.png": picture("PNG", (300, 200))})
    assert report.largest is not None
    assert (report.largest.path, report.largest.width, report.largest.height) == ("big.png", 300, 200)


def test_a_header_beyond_the_head_is_found(tmp_path):
    segment = b"\xff\xe2" + (65_000).to_bytes(2, "big") + b"\0" * 64_998
    jpeg = picture("JPEG")
    assert survey(tmp_path, {"a.jpg": jpeg[:2] + segment * 6 + jpeg[2:]}).by_type["jpeg"].files == 1


def test_a_tiff_whose_directory_lies_at_its_end_is_found(tmp_path):
    assert survey(tmp_path, {"a.tif": picture("TIFF", (700, 500))}).by_type["tiff"].files == 1


def test_cost_is_estimated_from_the_model(tmp_path):
    costs = CostModel(
        seconds_per_photo=2, seconds_per_megapixel=0, seconds_per_face=1, faces_per_photo=3, bytes_per_photo=10, bytes_per_face=1
    )
    one = picture("PNG")
    report = survey(tmp_path, {"a.png": one, "b.png": picture("PNG", shade=5), "copy.png": one}, costs=costs)
    assert (report.ingest_seconds_one_core, report.archive_bytes) == (10, 26)


def test_progress_is_told_file_by_file(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"1")
    (tmp_path / "b.txt").write_bytes(b"1")
    told = []
    Survey(open_source=FolderSource, limits=Limits()).run(tmp_path, (), told.append)
    assert told == [1, 2]


def test_excluded_files_are_not_looked_at(tmp_path):
    (tmp_path / "private.jpg").write_bytes(b"1")
    assert Survey(open_source=FolderSource, limits=Limits()).run(tmp_path, ["private*"]).files.files == 0


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError):
        Survey(open_source=FolderSource, limits=Limits()).run(tmp_path / "gone")
