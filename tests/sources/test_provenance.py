"""What files tell of where they came from: attributes, property lists, zones, and what downloading programs leave."""

import json
import lzma
import os
import plistlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.sources.folder import FolderSource
from visavis.sources.provenance import ADDRESS, SIDECAR, Bounds, Provenance, look, origin_addresses

URL = "https://www.example.org/photo/1.jpg"


def looked(root: Path, bounds: Bounds | None = None) -> Provenance:
    return look(FolderSource(root), root, wanted=lambda path: path.endswith(".jpg"), bounds=bounds or Bounds())


def picture(root: Path, name: str = "a.jpg", **attributes: bytes) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"picture")
    for attribute, value in attributes.items():
        try:
            os.setxattr(path, attribute, value)
        except OSError:
            pytest.skip("this file system keeps no attributes")
    return path


@pytest.mark.parametrize("attribute", ["user.xdg.origin.url", "user.xdg.referrer.url"])
def test_an_attribute_tells_the_address(tmp_path, attribute):
    picture(tmp_path, **{attribute: URL.encode()})
    picture(tmp_path, "b.jpg")
    found = looked(tmp_path)
    assert (found.looked_at, found.counts[ADDRESS], found.hosts, found.examples[ADDRESS]) == (2, 1, 1, ("a.jpg",))


def test_a_property_list_of_macos_tells_the_address(tmp_path):
    value = plistlib.dumps([URL, "https://example.com/page"], fmt=plistlib.FMT_BINARY)
    path = picture(tmp_path, **{"user.com.apple.metadata:kMDItemWhereFroms": value})
    assert origin_addresses(path) == [URL, "https://example.com/page"]
    assert looked(tmp_path).hosts == 2


@pytest.mark.parametrize("value", [b"", b"bplist00", b"no list", b"<plist><array><string>", plistlib.dumps({"a": URL})], ids=repr)
def test_a_damaged_property_list_tells_nothing(tmp_path, value):
    assert origin_addresses(picture(tmp_path, **{"user.com.apple.metadata:kMDItemWhereFroms": value})) == []


@given(value=st.binary(max_size=200))
def test_no_property_list_upsets_a_look(value, tmp_path_factory):
    path = picture(tmp_path_factory.mktemp("list"), **{"user.com.apple.metadata:kMDItemWhereFroms": b"bplist00" + value})
    assert all(address.startswith("http") for address in origin_addresses(path))


def test_a_zone_of_windows_tells_the_address_and_is_no_file_of_its_own(tmp_path):
    path = picture(tmp_path)
    Path(f"{path}:Zone.Identifier").write_text(f"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://example.com/\r\nHostUrl={URL}\r\n")
    found = looked(tmp_path)
    assert (found.looked_at, found.counts[ADDRESS], found.hosts) == (1, 1, 2)


def test_a_zone_without_an_address_still_tells_of_the_internet(tmp_path):
    path = picture(tmp_path)
    Path(f"{path}:Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=3\nHostUrl=about:internet\n")
    assert origin_addresses(path) == [""]
    Path(f"{path}:Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=2\n")
    assert origin_addresses(path) == []


@pytest.mark.parametrize("address", ["file:///home/a.jpg", "data:image/png;base64,AA", "example.org/a.jpg", "http://[", "\xff"])
def test_what_is_no_address_on_the_web_tells_nothing(tmp_path, address):
    assert origin_addresses(picture(tmp_path, **{"user.xdg.origin.url": address.encode()})) == []


@pytest.mark.parametrize("name", ["a.jpg.crdownload", "A.PART", "a.jpg.aria2", "wget-log", "HTS-LOG.txt", "a.opdownload"])
def test_what_a_downloading_program_leaves_is_counted_by_its_name(tmp_path, name):
    picture(tmp_path)
    (tmp_path / name).write_bytes(b"")
    found = looked(tmp_path)
    assert (found.looked_at, found.counts[SIDECAR], found.examples[SIDECAR]) == (1, 1, (name,))


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("a.jpg.json", {"category": "site", "subcategory": "user", "url": URL}),
        ("a.info.json", {"extractor": "site", "webpage_url": URL}),
        ("crawl.jsonl", {"image_url": URL, "status": 200}),
        ("scrape.json", {"source": URL}),
    ],
)
def test_json_of_a_downloading_program_is_known_by_the_addresses_in_it(tmp_path, name, document):
    picture(tmp_path)
    (tmp_path / name).write_text(json.dumps(document).replace("/", "\\/"))
    found = looked(tmp_path)
    assert (found.counts[SIDECAR], found.hosts) == (1, 1)


def test_packed_json_is_opened_within_a_limit(tmp_path):
    (tmp_path / "2020_UTC.json.xz").write_bytes(lzma.compress(json.dumps({"instaloader": {}, "display_url": URL}).encode() + b" " * 10**7))
    (tmp_path / "damaged.json.xz").write_bytes(b"\xfd7zXZ\x00damaged")
    assert looked(tmp_path).counts[SIDECAR] == 1


@pytest.mark.parametrize("document", [{"title": "A day"}, {"photoTakenTime": {"timestamp": "1"}, "url": "https://photos.example.com/1"}])
def test_json_of_one_s_own_is_no_sign(tmp_path, document):
    (tmp_path / "a.jpg.json").write_text(json.dumps(document))
    assert looked(tmp_path).counts[SIDECAR] == 0


def test_a_look_stops_at_its_bound_and_draws_the_same_sample_each_time(tmp_path):
    for number in range(50):
        picture(tmp_path, f"{number:02}.jpg")
    (tmp_path / "note.txt").write_bytes(b"")
    found = looked(tmp_path, Bounds(files=40, heads=5, sample=7))
    assert found.looked_at == 40
    assert len(found.sample) == 7
    assert found.sample == looked(tmp_path, Bounds(files=40, heads=5, sample=7)).sample
    assert looked(tmp_path, Bounds(sample=0)).sample == ()
    assert len(looked(tmp_path).sample) == 50
