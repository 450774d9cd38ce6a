"""RAW files and the camera pictures that stand for them, as a listing streams by."""

from visavis.domain.media import Reason
from visavis.services.ingest.listing import paired_by_folder
from visavis.sources.base import FoundFile, Unlisted


def paired(*paths):
    told = list(paired_by_folder(FoundFile(path=path, size=1, mtime_ns=1) for path in paths))
    assert sorted(item.path for item, _ in told) == sorted(paths)
    return {item.path for item, stood_for in told if stood_for}


def test_a_raw_file_is_paired_however_far_from_its_camera_picture_it_is_listed():
    crowd = [f"shots/{number:05}.png" for number in range(5_000)]
    assert paired("shots/IMG_1.CR2", *crowd, "shots/img_1.jpg") == {"shots/IMG_1.CR2"}
    assert paired("shots/IMG_1.JPG", *crowd, "shots/img_1.nef") == {"shots/img_1.nef"}


def test_a_picture_of_another_folder_stands_for_nothing():
    assert paired("a/1.cr2", "b/1.jpg", "b/1.cr2", "c/1.cr2") == {"b/1.cr2"}


def test_only_raw_files_wait_and_only_for_their_own_folder():
    files = (FoundFile(path=path, size=1, mtime_ns=1) for path in ("a/1.cr2", "a/1.jpg", "a/2.jpg", "b/1.jpg"))
    assert [item.path for item, _ in paired_by_folder(files)] == ["a/1.jpg", "a/2.jpg", "a/1.cr2", "b/1.jpg"]


def test_a_file_that_could_not_be_listed_stands_for_nothing():
    items = [FoundFile(path="1.cr2", size=1, mtime_ns=1), Unlisted(path="1.jpg", reason=Reason.NOT_ALLOWED, detail="")]
    assert [stood_for for _, stood_for in paired_by_folder(items)] == [False, False]
