"""What the page of a probe asks: several photographs, several people together, narrower and wider, a box drawn by hand."""

import pytest

from visavis.web.pages import probes

CANDIDATES = r"/candidates/([0-9a-f-]{36})\""
REASON = "an undated print"
COUPLE = {"face": ["2", "3"], "how": "together"}


@pytest.fixture
def grace(opening, browser_of, cinema):
    """Return the browser of a person at home, whose album holds a film."""
    desk = opening(cinema)
    browser = browser_of(desk)
    browser.get(f"/start?key={desk.house.start_key}")
    return browser


@pytest.fixture
def ines(as_person):
    return as_person("Ines")


def probe_of(browser, *photos) -> str:
    return browser.upload_all(*photos).headers["location"]


def asked(browser, at: str, **said):
    return browser.post("/searches", {"probe": at.rpartition("/")[2], **said})


def page_of(browser, at: str, **said) -> str:
    answer = asked(browser, at, **said)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"]).text


def test_two_people_together_are_found_in_the_picture_and_in_the_moment_that_show_both(grace, group, found_in):
    page = page_of(grace, probe_of(grace, group), **COUPLE)
    assert "2 pictures and moments with all of them" in page
    assert "2 people seen together" in page
    assert page.count('class="card several"') == 2
    assert len(found_in(CANDIDATES, page)) == 4
    assert page.count('class="strip"') == 1


def test_any_of_several_people_is_still_the_usual_way(grace, group):
    page = page_of(grace, probe_of(grace, group), face=["2", "3"])
    assert "with all of them" not in page
    assert "candidates</h1>" in page


def test_together_with_one_face_is_told_on_the_form(grace, group):
    answer = asked(grace, probe_of(grace, group), face="2", how="together")
    assert answer.status_code == 422
    assert "two faces or more" in answer.text


def test_several_photographs_of_one_person_are_one_probe(grace, examples):
    at = probe_of(grace, *(examples / f"barack-obama-{year}.jpg" for year in (2009, 2010)))
    form = grace.get(at).text
    assert "2 faces" in form
    assert form.count("/photos/") >= 2
    for how in ("same", "fuse"):
        page = page_of(grace, at, how=how)
        assert "candidates</h1>" in page


def test_of_several_photographs_what_can_not_be_read_is_named_and_the_rest_is_used(grace, examples, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photograph")
    page = grace.get(probe_of(grace, examples / "rishi-sunak.jpg", broken)).text
    assert "1 face<" in page
    assert "photograph 2 was left out" in page


def test_photographs_are_added_to_a_probe_up_to_a_number(grace, examples, monkeypatch):
    at = probe_of(grace, examples / "rishi-sunak.jpg")
    more = [("photo", (f"{number}.jpg", (examples / "rishi-sunak.jpg").read_bytes())) for number in range(2)]
    assert grace.post(f"{at}/photos", files=more).headers["location"] == at
    assert "3 faces" in grace.get(at).text
    monkeypatch.setattr(probes, "MOST_FILES", 4)
    assert grace.post(f"{at}/photos", files=more).status_code == 422


NARROWED = [
    ({"kind": "film"}, "only films are listed", "<video"),
    ({"kind": "photo"}, "only pictures are listed", "candidates</h1>"),
    ({"label": "Nobody"}, "only faces of one label are listed", "No candidate"),
    ({"good": "yes"}, "only good faces are listed", "candidates</h1>"),
    ({"limit": "strangers", "strangers": "0,01"}, "Expected false hits", "candidates</h1>"),
    ({"limit": "similarity", "similarity": "0.9"}, "set by the user", "candidate"),
    ({"top": "all", "ranking": "cosine"}, "Expected false hits", "candidates</h1>"),
]


@pytest.mark.parametrize(("said", "notice", "shown"), NARROWED)
def test_all_that_the_command_line_narrows_by_the_page_narrows_by(grace, group, said, notice, shown):
    page = page_of(grace, probe_of(grace, group), face="2", **said)
    assert notice in page
    assert shown in page


def test_what_a_person_must_know_of_a_list_is_told_in_their_language_and_names_no_option(grace, group):
    at = probe_of(grace, group)
    grace.client.headers["accept-language"] = "fr"
    page = page_of(grace, at, face="2", kind="photo", good="yes", limit="similarity", similarity="0.42", top="2")
    assert "seuls sont listés\u00a0: images, bons visages" in page
    assert "la liste s’arrête à 2 candidats" in page
    assert "--top" not in page


WRONG = [
    ({"kind": "hologram"}, "is no kind of picture"),
    ({"limit": "similarity", "similarity": "high"}, "is no number"),
    ({"limit": "similarity", "similarity": "2"}, "is no cosine"),
    ({"limit": "strangers", "strangers": "-1"}, "a number above 0"),
    ({"top": "many"}, "is no number of candidates"),
    ({"how": "somehow"}, "says nothing of how to search"),
]


@pytest.mark.parametrize(("said", "problem"), WRONG)
def test_what_the_form_says_wrong_is_told_and_the_rest_is_kept(ines, macron, museum, said, problem):
    at = probe_of(ines, macron)
    answer = asked(ines, at, case=museum.case, reason=REASON, **said)
    assert answer.status_code == 422
    assert problem in answer.text
    assert f'value="{REASON}"' in answer.text


def test_a_similarity_below_the_floor_is_refused_by_its_rule(ines, macron, museum):
    said = {"case": museum.case, "reason": REASON, "limit": "similarity", "similarity": "0.1"}
    answer = asked(ines, probe_of(ines, macron), **said)
    assert answer.status_code == 403
    assert "rule similarity-floor" in answer.text


# ---- a box drawn by hand -------------------------------------------------------------------------------------------------------

FACE = {"box_left": "30", "box_top": "18", "box_width": "42", "box_height": "45"}


def test_a_box_drawn_around_a_face_numbers_it_like_the_others_and_searches_with_it(ines, macron, museum, found_in):
    at = probe_of(ines, macron)
    drawn = ines.post(f"{at}/photos/1/box", FACE).headers["location"]
    assert drawn == f"{at}?face=2"
    page = ines.get(drawn).text
    assert "2 faces" in page
    assert "by hand" in page
    assert 'value="2" form="ask" checked' in page
    assert ines.get(f"{at}/faces/2.jpg").status_code == 200
    found = page_of(ines, at, face="2", case=museum.case, reason=REASON)
    assert len(found_in(CANDIDATES, found)) == 2


NO_FACE = [
    ({**FACE, "box_width": "1", "box_height": "1"}, "no face is found in the box"),
    ({**FACE, "box_left": "90"}, "does not lie within"),
    ({**FACE, "box_left": "nan"}, "does not lie within"),
    ({**FACE, "box_top": ""}, "has no four numbers"),
]


@pytest.mark.parametrize(("box", "problem"), NO_FACE)
def test_a_box_without_a_face_is_told_and_kept_on_the_form(ines, macron, box, problem):
    answer = ines.post(f"{probe_of(ines, macron)}/photos/1/box", box)
    assert answer.status_code == 422
    assert problem in answer.text.lower()
    assert 'name="box_height" type="number" min="0" max="100" step="0.1" value="' in answer.text


def test_a_face_in_a_photograph_that_showed_none_is_found_where_the_box_is(grace, examples, desk_without_finding):
    at = probe_of(grace, examples / "rishi-sunak.jpg")
    assert "No face was found" in grace.get(at).text
    drawn = grace.post(f"{at}/photos/1/box", FACE).headers["location"]
    assert "1 face<" in grace.get(drawn).text


@pytest.fixture
def desk_without_finding(monkeypatch):
    """Let the usual look find nobody, as of a photograph that is too dark for it."""
    from visavis.engines.chain import Chain

    monkeypatch.setattr(Chain, "analyse", lambda self, sources, **_: [[] for _ in sources])


def test_a_photograph_that_is_not_there_has_no_box(ines, macron):
    at = probe_of(ines, macron)
    for photo in ("2", "0", "x"):
        assert ines.post(f"{at}/photos/{photo}/box", FACE).status_code == 404


def test_a_form_of_no_files_is_an_input_error(ines):
    assert ines.post("/probes", files={"photo": ("a.jpg", b"", "image/jpeg")}).status_code == 422
