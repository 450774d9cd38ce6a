"""Dates from a list: what is taken, what is told back, and that the very next search knows it."""

import datetime as dt

import pytest
from archive_forge import ACTOR, DIM, MadeArchive, Picture, at_cosine, year

from visavis.domain.errors import InputError
from visavis.index.embedded import Upkeep, open_embedded
from visavis.services.import_metadata import ImportMetadata, ImportReport

PATHS = ("a.jpg", "below/b.jpg", "c.jpg", "Zoë, again.jpg")


@pytest.fixture
def album(made):
    source = made.household("Album")
    pictures = [Picture(path=path, vectors=(at_cosine(0.9 - number / 100),)) for number, path in enumerate(PATHS)]
    made.put(source, *pictures)
    return made


def take(made: MadeArchive, text: str | bytes, *, source: str = "Album") -> ImportReport:
    file = made.folder / "dates.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return ImportMetadata(made.records, made.index).run(ACTOR, source, file)


def dated(made: MadeArchive, **asked: object) -> list[str]:
    return [found.path for found in made.search(**asked).candidates]


def test_the_date_filter_works_right_after_an_import(album):
    text = 'path,captured_at\na.jpg,1962\nbelow/b.jpg,before 1970\n"Zoë, again.jpg",2016-05-14\n'
    assert take(album, text) == ImportReport(dated=3, unknown=(), unreadable=())
    assert dated(album, until=dt.date(1969, 12, 31)) == ["a.jpg", "below/b.jpg"]
    assert dated(album, since=dt.date(2016, 5, 14)) == ["Zoë, again.jpg"]
    assert album.search(since=dt.date(1900, 1, 1)).undated_left_out == 1
    assert [found.captured_at for found in album.search().candidates] == ["1962", "before 1970", None, "2016-05-14"]


def test_a_byte_order_mark_and_further_columns_do_no_harm(album):
    assert take(album, b"\xef\xbb\xbfcaptured_at,who,path\r\n1962,Ann,a.jpg\r\n").dated == 1


def test_semicolons_as_spreadsheets_of_many_countries_write_them_are_read(album):
    assert take(album, 'path;captured_at\r\na.jpg;1962\r\n"Zoë, again.jpg";1963\r\n').dated == 2


def test_lines_that_can_not_be_used_are_told_by_number_and_the_others_are_taken(album):
    text = "path,captured_at\na.jpg,1962\nnowhere.jpg,1963\nc.jpg,long ago\nc.jpg\nbelow/b.jpg,1964\n"
    assert take(album, text) == ImportReport(dated=2, unknown=(3,), unreadable=(4, 5))


def test_a_list_beats_what_the_file_said_and_a_later_list_an_earlier(made):
    made.put(made.household("Album"), Picture(path="a.jpg", vectors=(at_cosine(0.9),), date=year(2020)))
    take(made, "path,captured_at\na.jpg,1962\n")
    assert made.sql("SELECT captured_at, captured_origin FROM media") == [("1962", "csv")]
    assert take(made, "path,captured_at\na.jpg,1963\na.jpg,1964\n").dated == 1
    assert made.sql("SELECT captured_at FROM media") == [("1964",)]
    assert dated(made, since=dt.date(2000, 1, 1)) == []


def test_a_path_of_another_source_is_unknown(album):
    album.put(album.household("Attic"), Picture(path="attic.jpg", vectors=(at_cosine(0.5),)))
    assert take(album, "path,captured_at\nattic.jpg,1962\n").unknown == (2,)


@pytest.mark.parametrize("text", [b"", b"file,date\na.jpg,1962\n", b"path\na.jpg\n", b"path,captured_at\n\xff\xfe,1962\n"])
def test_a_file_that_is_no_such_list_is_an_input_error(album, text):
    with pytest.raises(InputError):
        take(album, text)


def test_a_list_that_is_not_there_is_an_input_error(album, tmp_path):
    with pytest.raises(InputError, match="can't read"):
        ImportMetadata(album.records, album.index).run(ACTOR, "Album", tmp_path / "absent.csv")


def test_a_list_longer_than_one_portion_is_taken_whole(made):
    source = made.household("Album")
    made.put(source, *(Picture(path=f"{number}.jpg", vectors=(at_cosine(0.9),)) for number in range(1203)))
    text = "path,captured_at\n" + "".join(f"{number}.jpg,{1900 + number % 100}\n" for number in range(1203))
    assert take(made, text).dated == 1203
    assert made.search(since=dt.date(1900, 1, 1), until=dt.date(1900, 12, 31), top=None).gallery_size == 13


def test_dates_reach_sealed_codes_and_rows_in_the_tail_alike(made):
    sealing = Upkeep(tail_rows=4, close_rows=100, segment_rows=100)
    made.index.close()
    made.index = open_embedded(made.records.folder.codes, DIM, made.records.rows.read, made.clock, writable=True, upkeep=sealing)
    source = made.household("Album")
    for number in range(6):
        made.put(source, Picture(path=f"{number}.jpg", vectors=(at_cosine(0.9 - number / 100),)))
    assert any(made.records.folder.codes.glob("*.codes"))
    text = "path,captured_at\n" + "".join(f"{number}.jpg,{1960 + number}\n" for number in range(6))
    assert take(made, text).dated == 6
    assert dated(made, since=dt.date(1963, 1, 1)) == ["3.jpg", "4.jpg", "5.jpg"]
    assert dated(made, until=dt.date(1960, 12, 31)) == ["0.jpg"]


def test_an_import_is_told_in_the_ledger(album):
    before = len(album.sql("SELECT seq FROM leaf"))
    take(album, "path,captured_at\na.jpg,1962\n")
    take(album, "path,captured_at\nnowhere.jpg,1962\n")
    assert len(album.sql("SELECT seq FROM leaf")) == before + 1


def test_an_index_catches_up_over_more_scattered_changes_than_one_query_takes(album):
    source = album.records.sources.one("Album")
    keys = album.put(source, *(Picture(path=f"{number}.jpg", vectors=(at_cosine(0.1),)) for number in range(2_200)))
    scattered = keys[::2]  # a picture has one face here, so that keys and numbers of pictures go together
    with album.records.work(ACTOR) as work:
        before = album.records.intake.set_dates(work, dict.fromkeys(scattered, year(1962)))
    replayed = [key for _, rows in album.records.gallery.replay(before) for key in rows.keys.tolist()]
    assert replayed == list(scattered)
