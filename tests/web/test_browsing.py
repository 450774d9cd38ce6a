"""Sources in a browser: who is told of them, what is done with them, and looking through their pictures."""

import datetime as dt
import io
import json
import re

import pytest
from PIL import Image

from visavis.wiring.archive import open_archive

PICTURE = r'href="/pictures/([0-9a-f-]{36})"'
NEVER = "01a20294-abe7-7094-a57f-37246b8fa3e5"


@pytest.fixture
def sources(museum) -> dict[str, str]:
    with open_archive(museum.folder) as archive:
        return {source.title: source.id for source in archive.sources()}


@pytest.fixture
def theirs(sources) -> str:
    return f"/sources/{sources['Museum']}"


def plain(page: str) -> str:
    return re.sub(r"Request [0-9a-f-]+", "", page)


def in_archive(desk, act) -> object:
    """Do something as the machine's user, beside the desk."""
    thread = desk.house.archive
    return thread._thread.submit(thread._act, None, act).result()


def test_sources_are_listed_with_state_counts_and_what_waits(as_person, sources):
    page = as_person("Ada").get("/sources").text
    assert all(f"/sources/{source}" in page for source in sources.values())
    assert page.count('class="state live"') == 2
    assert "no end fixed" in page


def test_who_has_no_case_in_a_source_and_does_not_answer_for_it_is_not_told_of_it(as_person, desk, theirs, museum):
    ines = as_person("Ines")
    assert ines.get(theirs).status_code == 200
    closing = as_person("Ada")
    for case in (museum.case, museum.own_case):
        ada = closing.house.sessions.find(closing.client.cookies["visavis"]).who
        thread = desk.house.archive
        thread._thread.submit(thread._act, ada, lambda archive, case=case: archive.cases.close(case, why="done")).result()
    answers = [ines.get(theirs), ines.get(f"/sources/{NEVER}"), ines.get(f"{theirs}/pictures")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert plain(answers[0].text) == plain(answers[1].text)
    assert "Museum" not in ines.get("/sources").text
    assert as_person("Aude").get(theirs).status_code == 200


def test_folders_and_files_are_named_to_who_adds_sources_only(as_person, theirs, museum):
    folder = str(museum.folder.parent / "theirs")
    ada, ines = as_person("Ada"), as_person("Ines")
    assert "emmanuel-macron-2014.jpg" in ada.get(f"{theirs}/outcomes?reason=indexed").text
    assert ada.get(f"{theirs}/outcomes?reason=nonsense").status_code == 404
    assert "theirs" in ada.get(theirs).text
    assert folder not in ines.get(theirs).text
    assert ines.get(f"{theirs}/outcomes").status_code == 403


def test_a_source_is_frozen_for_a_reason_and_thawed(as_person, theirs, museum, ledger_of):
    olga = as_person("Olga")
    assert olga.post(f"{theirs}/freeze").status_code == 422
    assert olga.post(f"{theirs}/freeze", {"because": "a deed is disputed"}).headers["location"] == theirs
    page = olga.get(theirs).text
    assert "Thaw it now" in page
    assert "a deed is disputed" in page
    assert as_person("Ada").get(f"{theirs}/pictures").status_code == 403
    again = olga.post(f"{theirs}/freeze", {"because": "twice"})
    assert (again.status_code, "charter-life" in again.text) == (403, True)
    assert olga.post(f"{theirs}/thaw", {"because": "settled"}).headers["location"] == theirs
    assert any('"state":"frozen"' in leaf for leaf in ledger_of(museum.folder))


def test_a_source_is_frozen_while_another_process_reads_it(as_person, theirs, museum):
    from visavis.records.folder import ArchiveFolder, WriterLock

    with WriterLock(ArchiveFolder(museum.folder)):
        assert as_person("Olga").post(f"{theirs}/freeze", {"because": "stop"}).status_code == 303
    assert "Thaw it now" in as_person("Olga").get(theirs).text


def test_nothing_is_past_its_end_and_expiring_it_twice_changes_nothing(as_person):
    carl = as_person("Carl")
    for _ in range(2):
        assert "Nothing is." in carl.get("/sources/expire").text
        assert carl.post("/sources/expire").status_code == 200


def test_a_source_past_its_end_is_hidden_at_once_told_and_erased_by_a_click(as_person, desk, theirs, clock, found_in):
    ada = as_person("Ada")
    ada.post(f"{theirs}/amend")
    end = (clock.now() + dt.timedelta(days=5)).date().isoformat()
    ada.post("/sources/new/questions/valid_to", {"go": "end", "valid_to": end})
    assert ada.post("/sources/new/charter").headers["location"] == theirs
    ada.post(f"{theirs}/sign")
    assert "5 days left" in ada.get("/sources").text
    clock.ahead += dt.timedelta(days=7)
    ada = as_person("Ada")
    assert 'class="state expired"' in ada.get("/sources").text
    refused = ada.get(f"{theirs}/pictures")
    assert (refused.status_code, "charter-in-dates" in refused.text) == (403, True)
    preview = ada.get("/sources/expire").text
    assert "Museum" in preview
    assert preview.count('<td class="number">2</td>') == 2
    done = ada.post("/sources/expire").text
    assert "in the ledger" in done
    assert "Nothing is." in done
    assert 'class="state erased"' in ada.get(theirs).text


def test_pictures_are_looked_through_with_their_faces_and_each_page_is_a_leaf(as_person, theirs, found_in, museum, ledger_of):
    ines = as_person("Ines")
    page = ines.get(f"{theirs}/pictures").text
    pictures = found_in(PICTURE, page)
    assert len(pictures) == 2
    assert page.count('class="box"') == 2
    looks = [facts for leaf in ledger_of(museum.folder) if (facts := json.loads(leaf)["facts"]).get("what") == "pictures"]
    assert [(look["pictures"], "refused" in look) for look in looks] == [(2, False)]
    assert "emmanuel-macron" in ines.get(f"/pictures/{pictures[0]}").text


def test_images_open_only_after_their_page_and_carry_nothing_of_the_file(as_person, theirs, found_in):
    ines, rolf = as_person("Ines"), as_person("Rolf")
    (one, _) = found_in(PICTURE, ines.get(f"{theirs}/pictures").text)
    for name, longest in (("picture.jpg", 1200), ("faces/1.jpg", 320)):
        answer = ines.get(f"/pictures/{one}/{name}")
        picture = Image.open(io.BytesIO(answer.content))
        assert max(picture.size) <= longest
        assert not picture.getexif()
        assert rolf.get(f"/pictures/{one}/{name}").status_code == 404
    for number in ("0", "2", "-1", "²", "9" * 30):
        assert ines.get(f"/pictures/{one}/faces/{number}.jpg").status_code == 404
    for said in (NEVER, "..%2f..", "A" * 36):
        assert ines.get(f"/pictures/{said}").status_code == 404


def test_a_face_is_searched_with_under_a_case(as_person, theirs, found_in, museum):
    ines = as_person("Ines")
    (one, _) = found_in(PICTURE, ines.get(f"{theirs}/pictures").text)
    assert museum.own_case in ines.get(f"/pictures/{one}").text
    said = {"face": "1", "case": museum.own_case, "reason": "an undated print"}
    at = ines.post(f"/pictures/{one}/search", said).headers["location"]
    assert "2 candidates" in ines.get(at).text or "1 candidate" in ines.get(at).text
    refused = ines.post(f"/pictures/{one}/search", {**said, "case": museum.case, "reason": ""})
    assert (refused.status_code, "rule reason-given" in refused.text) == (403, True)
    assert ines.post(f"/pictures/{one}/search", {**said, "face": "7"}).status_code == 422
    assert ines.post(f"/pictures/{one}/search", {"case": museum.own_case}).status_code == 422


def test_pages_follow_each_other_by_a_cursor(as_person, sources, found_in, monkeypatch):
    from visavis.wiring.pictures import PictureDesk

    monkeypatch.setitem(PictureDesk.page.__kwdefaults__, "limit", 2)
    ada = as_person("Ada")
    at = f"/sources/{sources['Family']}/pictures"
    first = ada.get(at).text
    (after,) = found_in(r"after=([0-9a-f-]{36})", first)
    second = ada.get(f"{at}?after={after}").text
    seen = [*found_in(PICTURE, first), *found_in(PICTURE, second)]
    assert len(seen) == len(set(seen)) == 3
    assert 'rel="next"' not in second
    assert ada.get(f"{at}?after=nonsense").status_code == 200


def test_a_picture_with_somebody_hidden_in_it_is_not_there(as_person, desk, theirs, found_in):
    ines = as_person("Ines")
    one, other = found_in(PICTURE, ines.get(f"{theirs}/pictures").text)

    def hide(archive) -> None:
        records = archive._session.records()
        faces = [face.id for face in records.pictures.one(one, records.clock.now()).faces]
        with records.work(archive._session.actor) as work:
            records.suppressions.mask(work, [face.number for face in records.suppressions.faces(ids=faces)])
            work.leaf("alteration", what="masked", faces=1)

    in_archive(desk, hide)
    assert found_in(PICTURE, ines.get(f"{theirs}/pictures").text) == [other]
    for path in ("", "/picture.jpg", "/faces/1.jpg"):
        assert ines.get(f"/pictures/{one}{path}").status_code == 404


def test_a_picture_in_which_somebody_objected_is_not_there(as_person, desk, theirs, found_in):
    from visavis.records.suppressions import Known, NewSuppression

    ines = as_person("Ines")
    one, other = found_in(PICTURE, ines.get(f"{theirs}/pictures").text)

    def object_to(archive) -> None:
        records = archive._session.records()
        (picture,) = records.holdings.pictures([records.pictures.one(one, records.clock.now()).number])
        with records.work(archive._session.actor) as work:
            records.suppressions.add(work, [NewSuppression(known=Known(sha256=picture.sha256))], because="asked")
            work.leaf("alteration", what="objection")

    in_archive(desk, object_to)
    assert found_in(PICTURE, ines.get(f"{theirs}/pictures").text) == [other]
    assert ines.get(f"/pictures/{one}").status_code == 404


def test_roles_that_do_not_review_look_at_no_picture(as_person, theirs):
    for name in ("Carl", "Olga", "Aude"):
        assert as_person(name).get(f"{theirs}/pictures").status_code == 403
