"""Pictures that are handed in: names made safe, ZIPs flat and within bounds, and nothing left of what was not kept."""

import io
import os
import zipfile

import pytest

from visavis.domain.errors import InputError, SetupError
from visavis.sources.uploads import Bounds, UploadPlace, safe_name

BOUNDS = Bounds(files=5, bytes=4 << 20, file_bytes=3 << 20, growth=100)


@pytest.fixture
def place(tmp_path):
    return UploadPlace(tmp_path / "uploads", wanted=lambda name: name.endswith((".jpg", ".png")), bounds=BOUNDS)


def packed(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files:
            made.writestr(name, data)
    return body.getvalue()


def hand_in(upload, name: str, data: bytes) -> None:
    with upload.file(name) as write:
        for start in range(0, len(data), 1000):
            write(data[start : start + 1000])


def kept(place: UploadPlace, upload) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in place.keep(upload.id).iterdir()}


NAMES = [
    ("../../etc/passwd.jpg", "passwd.jpg"),
    (r"C:\pictures\..\one.jpg", "one.jpg"),
    ("/one.jpg", "one.jpg"),
    ("..", "picture"),
    ("", "picture"),
    (".htaccess.jpg", "htaccess.jpg"),
    ("a\0b\r\n.jpg", "ab.jpg"),
    ("a\u202egpj.exe.jpg", "agpj.exe.jpg"),
    ('<"x|?*>.jpg', "x.jpg"),
    ("nai\u0308ve.jpg", "naïve.jpg"),
    ("…" * 200 + ".jpg", "…" * 40 + ".jpg"),
]


@pytest.mark.parametrize(("said", "name"), NAMES)
def test_a_name_is_made_safe(said, name):
    assert safe_name(said) == name
    assert len(os.fsencode(safe_name(said))) < 200


def test_files_are_kept_under_names_of_their_own(place):
    upload = place.begin()
    for name in ("a.jpg", "A.JPG".lower(), "sub/a.jpg", "notes.txt"):
        hand_in(upload, name, name.encode())
    assert (upload.received.files, upload.received.left_out) == (3, 1)
    assert kept(place, upload) == {"a.jpg": b"a.jpg", "a (2).jpg": b"a.jpg", "a (3).jpg": b"sub/a.jpg"}


def test_a_zip_is_unpacked_flat_without_links_hidden_files_and_ways_out(tmp_path):
    place = UploadPlace(tmp_path / "uploads", wanted=lambda name: name.endswith(".jpg"))
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = 0o120777 << 16
    files = [
        ("one.jpg", b"1"),
        ("folder/one.jpg", b"2"),
        ("../../out.jpg", b"3"),
        ("/etc/cron.jpg", b"4"),
        (link, b"/etc/passwd"),
        ("__MACOSX/._one.jpg", b"5"),
        ("readme.txt", b"6"),
    ]
    upload = place.begin()
    hand_in(upload, "all.zip", packed(*files))
    assert kept(place, upload) == {"one.jpg": b"1", "one (2).jpg": b"2", "cron.jpg": b"4"}
    assert upload.received.left_out == 4
    assert not (tmp_path / "out.jpg").exists()


BOMBS = {
    "one file that grows": packed(("a.jpg", bytes(2_900_000))),
    "too large a file": packed(("a.jpg", os.urandom(100) * 32_000)),
    "too many files": packed(*((f"{number}.jpg", b"x") for number in range(6))),
    "too much in all": packed(*((f"{number}.jpg", os.urandom(900_000)) for number in range(5))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_zip_bomb_is_refused(place, name):
    upload = place.begin()
    with pytest.raises(InputError, match="the upload brings"):
        hand_in(upload, "bomb.zip", BOMBS[name])


def test_a_zip_in_a_zip_stays_packed(place):
    upload = place.begin()
    hand_in(upload, "outer.zip", packed(("inner.zip", packed(("a.jpg", b"x"))), ("b.jpg", b"y")))
    assert kept(place, upload) == {"b.jpg": b"y"}


def test_a_list_of_files_that_lies_about_its_length_is_not_read(place):
    data = bytearray(packed(("a.jpg", b"x")))
    end = data.rfind(b"PK\5\6")
    data[end + 12 : end + 16] = (1 << 30).to_bytes(4, "little")
    with pytest.raises(InputError, match="files in a ZIP"):
        hand_in(place.begin(), "a.zip", bytes(data))


@pytest.mark.parametrize(
    "data", [b"", b"no zip", packed(("a.jpg", b"x"))[:-30], b"PK\5\6" + bytes(10)], ids=["empty", "text", "cut", "end"]
)
def test_what_is_no_zip_is_told_so(place, data):
    with pytest.raises(InputError, match="can't be unpacked"):
        hand_in(place.begin(), "a.zip", data)


def test_too_many_and_too_large_files_are_refused(place):
    upload = place.begin()
    for number in range(5):
        hand_in(upload, f"{number}.jpg", b"x")
    with pytest.raises(InputError, match="more than 5 files"):
        hand_in(upload, "6.jpg", b"x")
    with pytest.raises(InputError, match="larger than"):
        hand_in(place.begin(), "a.jpg", bytes((3 << 20) + 1))


def test_what_is_not_kept_leaves_nothing(place, tmp_path):
    dropped, forgotten, held, coming = (place.begin() for _ in range(4))
    hand_in(dropped, "a.jpg", b"x")
    place.drop(dropped.id)
    for upload in (dropped, forgotten, held):
        place.came(upload.id)
    place.sweep(lambda: {held.id})
    assert {left.name[-32:] for left in (tmp_path / "uploads").iterdir()} == {held.id, coming.id}
    with pytest.raises(InputError, match="no longer there"):
        place.keep(forgotten.id)


def test_what_became_no_source_is_given_back_and_kept_again(place):
    upload = place.begin()
    hand_in(upload, "a.jpg", b"x")
    place.keep(upload.id)
    place.give_back(upload.id)
    place.came(upload.id)
    place.sweep(lambda: {upload.id})
    assert kept(place, upload) == {"a.jpg": b"x"}


@pytest.mark.parametrize("said", ["..", "a" * 31, "../" + "a" * 29, "a/" + "b" * 30])
def test_an_id_is_an_id_and_nothing_else(place, said):
    with pytest.raises(InputError):
        place.drop(said)


def test_a_place_that_can_not_be_written_is_told(tmp_path):
    (tmp_path / "uploads").write_bytes(b"a file")
    with pytest.raises(SetupError, match="can't be kept"):
        UploadPlace(tmp_path / "uploads", wanted=bool).begin()
