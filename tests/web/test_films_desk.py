"""Moments of films on the desk: strips, a few seconds that play, in parts, with a leaf a look; the grid that goes on; searching again."""

import io
import json
import sqlite3
from contextlib import closing

import pytest

from visavis.decode.limits import FilmLimits
from visavis.decode.video.film import open_film
from visavis.services.clip import watch
from visavis.web.pages import results

CANDIDATES = r"/candidates/([0-9a-f-]{36})\""
PREVIEWS = r"(/searches/[0-9a-f-]{36}/candidates/[0-9a-f-]{36}/preview\.mp4)"


@pytest.fixture
def desk_at_home(opening, cinema):
    return opening(cinema)


@pytest.fixture
def grace(desk_at_home, browser_of):
    browser = browser_of(desk_at_home)
    browser.get(f"/start?key={desk_at_home.house.start_key}")
    return browser


@pytest.fixture
def films(grace, group):
    """Return the page of a search for Obama in films."""
    return grace.search(group, face="2", kind="film")


def watched(ledger: list[str]) -> list[dict]:
    facts = [json.loads(body)["facts"] for body in ledger]
    return [fact for fact in facts if fact.get("what") == "watched"]


def test_the_appearances_in_one_film_stand_on_one_line_with_a_strip(grace, films):
    page = grace.get(films).text
    assert "3 candidates" in page
    assert page.count('class="card"') == 1
    assert page.count('class="tick"') == 2
    assert page.count('class="own"') == 1
    assert page.count('class="best"') == 1


def test_the_seconds_around_the_best_moment_are_a_film_that_a_browser_plays(grace, films, cinema, found_in, ledger_of):
    (at, *_) = found_in(PREVIEWS, grace.get(films).text)
    answer = grace.get(at)
    assert (answer.status_code, answer.headers["content-type"], answer.headers["accept-ranges"]) == (200, "video/mp4", "bytes")
    assert answer.headers["cache-control"] == "no-store"
    with open_film(io.BytesIO(answer.content), limits=FilmLimits()) as film:
        assert (film.facts.codec, max(film.facts.width, film.facts.height)) == ("h264", 480)
    part = grace.get(at, headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, answer.content[4:8])
    assert part.headers["content-range"] == f"bytes 4-7/{len(answer.content)}"
    assert len(watched(ledger_of(cinema))) == 1


RANGES = [("bytes=0-", 206), ("bytes=-5", 206), ("bytes=99999999-", 416), ("bytes=5-2", 416), ("bytes=a-b", 200), ("bytes=0-1,3-4", 200)]


def test_parts_are_given_as_they_are_asked_for(grace, films, found_in):
    (at, *_) = found_in(PREVIEWS, grace.get(films).text)
    assert [grace.get(at, headers={"range": said}).status_code for said, _ in RANGES] == [status for _, status in RANGES]


def test_a_moment_plays_only_after_its_page_and_a_photograph_never(grace, films, desk_at_home, browser_of, group, found_in):
    (at, *_) = found_in(PREVIEWS, grace.get(films).text)
    other = browser_of(desk_at_home)
    other.sign_in("Grace")
    assert other.get(at).status_code == 404
    still = grace.search(group, face="3", kind="photo")
    (one, *_) = found_in(CANDIDATES, grace.get(still).text)
    assert grace.get(f"{still}/candidates/{one}/preview.mp4").status_code == 404


def test_where_the_case_asks_about_one_person_the_others_are_masked(grace, films, cinema, found_in, ledger_of, monkeypatch):
    monkeypatch.setattr(watch, "MASKED_S", 0.4)
    with closing(sqlite3.connect(cinema / "records.db")) as connection:
        connection.execute('UPDATE "case" SET one_face = 1')
        connection.commit()
    page = grace.get(films).text
    assert "Other people are masked" in page
    (at, *_) = found_in(PREVIEWS, page)
    assert grace.get(at).status_code == 200
    assert [fact["masked"] for fact in watched(ledger_of(cinema))] == ["others"]


def test_a_film_that_is_gone_is_told(grace, films, cinema_made, found_in, monkeypatch):
    (at, *_) = found_in(PREVIEWS, grace.get(films).text)
    film = cinema_made.parent / "album" / "news.mp4"
    film.rename(film.with_suffix(".away"))
    try:
        assert "can&#39;t be reached" in grace.get(at).text
    finally:
        film.with_suffix(".away").rename(film)


# ---- the grid ------------------------------------------------------------------------------------------------------------------


def test_further_cards_come_when_they_are_asked_for_and_by_a_link_without_script(grace, group, monkeypatch, found_in):
    monkeypatch.setattr(results, "FIRST", 2)
    monkeypatch.setattr(results, "NEXT", 2)
    at = grace.search(group, face="2", kind="photo")
    page = grace.get(at).text
    assert page.count('class="card"') == 2
    assert f'hx-get="{at}/cards?after=2"' in page
    part = grace.get(f"{at}/cards?after=2").text
    assert "<html" not in part
    assert part.count('class="card"') == 2
    first, further = (set(found_in(CANDIDATES, text)) for text in (page, part))
    assert not first & further
    whole = grace.get(f"{at}?to=4").text
    assert set(found_in(CANDIDATES, whole)) == first | further
    assert grace.get(f"{at}/cards?after=999").text.strip() == ""


def test_further_cards_open_only_after_their_page(grace, films, desk_at_home, browser_of):
    other = browser_of(desk_at_home)
    other.sign_in("Grace")
    assert other.get(f"{films}/cards?after=0").status_code == 404


# ---- searching again -----------------------------------------------------------------------------------------------------------


def test_a_hit_joins_the_probe_and_the_search_is_made_again(grace, group, found_in):
    at = grace.search(group, face="2", kind="photo")
    (_, _, hit, *_) = found_in(r"/candidates/([0-9a-f-]{36})/add", grace.get(at).text)
    answer = grace.post(f"{at}/candidates/{hit}/add")
    again = answer.headers["location"]
    assert again != at
    page = grace.get(again).text
    assert "Searched with 1 face that was found before." in page
    assert "This face is part of the probe." in page
    (more, *_) = found_in(r"/candidates/([0-9a-f-]{36})/add", page)
    assert "Searched with 2 faces" in grace.get(grace.post(f"{again}/candidates/{more}/add").headers["location"]).text


def test_a_hit_of_a_search_whose_photograph_is_gone_says_what_to_do(grace, group, desk_at_home, browser_of, found_in):
    at = grace.search(group, face="2", kind="photo")
    other = browser_of(desk_at_home)
    other.sign_in("Grace")
    (hit, *_) = found_in(r"/candidates/([0-9a-f-]{36})/add", other.get(at).text)
    answer = other.post(f"{at}/candidates/{hit}/add")
    assert answer.status_code == 422
    assert "no longer in memory" in answer.text
    alike = other.post(f"{at}/candidates/{hit}/more").headers["location"]
    (next_one, *_) = found_in(r"/candidates/([0-9a-f-]{36})/add", other.get(alike).text)
    assert "Searched with 2 faces" in other.get(other.post(f"{alike}/candidates/{next_one}/add").headers["location"]).text


def test_nobody_searches_again_with_what_may_not_be_seen(grace, group, found_in):
    at = grace.search(group, face="2", kind="photo")
    grace.get(at)
    never = "01a20294-abe7-7094-a57f-37246b8fa3e5"
    assert grace.post(f"{at}/candidates/{never}/add").status_code == 404


def test_the_confirmed_faces_search_again_together(grace, group, found_in):
    at = grace.search(group, face="2", kind="photo")
    page = grace.get(at).text
    assert "decided to be the same" not in page
    assert grace.post(f"{at}/confirmed").status_code == 422
    (one, *_) = found_in(CANDIDATES, page)
    assert grace.post(f"{at}/candidates/{one}/verdict", {"says": "same", "grounds": "ears"}).status_code == 303
    assert "Search again with the faces that were decided to be the same" in grace.get(at).text
    assert grace.post(f"{at}/confirmed").status_code == 303
