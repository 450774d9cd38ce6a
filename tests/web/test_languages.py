"""The desk in other languages: every text has its French, a language comes by a catalogue alone, numbers and days are written its way."""

import datetime as dt
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from jinja2 import nodes

sys.path.insert(0, str(Path(__file__).parent.parent / "forges"))
from catalogue_forge import LOCALE, renewed, template

from visavis.cli.commands.serve import words
from visavis.domain.errors import SetupError
from visavis.domain.speech import ENGLISH
from visavis.web import app, catalogue, languages
from visavis.web.rendering import environment

FRENCH = LOCALE / "fr" / "LC_MESSAGES" / "visavis.po"
PARTS = re.compile(r"%\(\w+\)s|<[^>]+>")
TEMPLATES = LOCALE.parent / "templates"
AS_IT_IS = re.compile(r"Visavis|UTC|SHA-256|GDPR Art\. [0-9()a-z]+|[\s·;:,.()…]+")
"""Names and what stands in laws: the same in every language."""
INVENTED = "qps"


def french() -> languages.Language:
    return languages.Languages().of("fr")


# ---- the catalogue


def test_the_catalogue_has_every_text_and_no_other():
    made = template()
    with FRENCH.open("rb") as stream:
        kept = {one.id for one in read_po(stream, locale="fr")}
    assert kept ^ {one.id for one in made} == set(), "run: make messages"
    # Compared outside the assertion: under CI pytest takes longer to tell two such files apart than a test may.
    renewed_already = FRENCH.read_bytes() == renewed(FRENCH, made)
    assert renewed_already, "run: make messages"


def test_every_text_is_in_french():
    with FRENCH.open("rb") as stream:
        kept = read_po(stream, locale="fr")
    missing = [one.id for one in kept if one.id and not (one.string if isinstance(one.string, str) else all(one.string))]
    assert missing == []
    assert [one.id for one in kept if one.fuzzy and one.id] == []


def test_no_part_of_a_text_is_lost_in_french():
    with FRENCH.open("rb") as stream:
        kept = [one for one in read_po(stream, locale="fr") if one.id]
    for one in kept:
        pairs = [(one.id, one.string)] if isinstance(one.id, str) else zip(one.id, one.string, strict=True)
        assert all(sorted(PARTS.findall(text)) == sorted(PARTS.findall(form)) for text, form in pairs), (one.id, one.string)


def test_french_says_piste_and_never_that_a_face_was_identified():
    said = "\n".join(catalogue.messages(FRENCH.read_text(encoding="utf-8")).values()).lower()
    assert "une piste, pas une identification" in said
    assert re.findall(r"\bmatch|correspondance trouvée|personne identifiée|confiance", said) == []


class Shown(HTMLParser):
    """What a page shows: its texts, and the attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag, attrs):
        self._hidden += tag in ("code", "kbd", "script")
        self.texts += [said for name, said in attrs if said and name in ("alt", "title", "aria-label", "placeholder")]

    def handle_endtag(self, tag):
        self._hidden -= tag in ("code", "kbd", "script")

    def handle_data(self, data):
        if not self._hidden:
            self.texts.append(data)


def test_no_template_says_anything_outside_gettext():
    made = environment(words())
    found = []
    for file in sorted(TEMPLATES.rglob("*.j2")):
        outputs = made.parse(file.read_text(encoding="utf-8")).find_all(nodes.Output)
        page = Shown()
        page.feed("".join(part.data for output in outputs for part in output.nodes if isinstance(part, nodes.TemplateData)))
        page.close()
        found += [(file.name, text.strip()) for text in page.texts if re.search("[A-Za-z]{2}", AS_IT_IS.sub("", text))]
    assert found == []


# ---- numbers and days


def test_numbers_and_days_are_written_as_each_language_does():
    here = french()
    assert (here.number(1234.5, 1), here.number(12), here.number(1_204_331)) == ("1\u202f234,5", "12", "1\u202f204\u202f331")
    assert (ENGLISH.number(1234.5, 1), ENGLISH.number(1_204_331)) == ("1,234.5", "1,204,331")
    assert here.day(dt.date(2026, 11, 22)) == "22 novembre 2026"
    assert here.day(dt.date(2026, 1, 1)) == "1er janvier 2026"
    assert here.moment(dt.datetime(2026, 11, 22, 14, 5, tzinfo=dt.UTC)) == "22 novembre 2026 14:05"
    assert ENGLISH.day(dt.date(2026, 11, 22)) == "2026-11-22"


def test_french_has_the_singular_for_nothing_and_for_one():
    here = french()
    assert [here.counted("%(n)s candidate", "%(n)s candidates", n) for n in (0, 1, 2000)] == [
        "0 candidat",
        "1 candidat",
        "2\u202f000 candidats",
    ]


def test_numbers_in_a_sentence_of_a_page_are_written_as_the_language_does():
    page = environment(words(french()), french()).from_string(
        "{% trans n=n %}{{ n }} template{% pluralize %}{{ n }} templates{% endtrans %} {{ 0.5|similarity }} {{ day|day }}"
    )
    assert page.render(n=1204, day=dt.date(2026, 8, 3)) == "1\u202f204 gabarits 0,500 3 août 2026"


def test_what_is_put_into_a_sentence_is_escaped_and_what_is_no_text_of_ours_too():
    page = environment(words(french()), french()).from_string(
        "{% trans name=name %}Sign out {{ name }}{% endtrans %}|{{ _(name) }}|{{ name|told }}"
    )
    assert page.render(name="<b>A</b>").count("&lt;b&gt;A&lt;/b&gt;") == 3


# ---- whose language


@pytest.mark.parametrize(
    ("chosen", "accepted", "code"),
    [
        ("", "", "en"),
        ("", "fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("", "de, en;q=0.5, fr;q=0.4", "en"),
        ("", "de;q=0.9, FR-ca;q=0.2", "fr"),
        ("", "fr;q=0, de", "en"),
        ("", "fr;q=many,,;;=", "en"),
        ("en", "fr", "en"),
        ("fr", "en", "fr"),
        ("../../etc", "fr", "fr"),
    ],
)
def test_a_language_is_the_persons_choice_or_else_what_the_browser_asks_for(chosen, accepted, code):
    assert languages.Languages().wanted(chosen, accepted) == code


def test_a_page_comes_in_the_language_that_the_browser_asks_for(desk, browser_of):
    page = browser_of(desk).get("/sign-in", headers={"accept-language": "fr"})
    assert '<html lang="fr">' in page.text
    assert "Se connecter" in page.text
    assert "Un candidat est une piste, pas une identification." in page.text


def test_a_choice_outlives_the_browsers_wish_and_leads_back_to_the_page(as_person):
    ada = as_person("Ada")
    answer = ada.get("/language/fr", headers={"referer": "http://127.0.0.1:8478/account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("visavis-language=fr", "httponly", "samesite=lax", "max-age=31536000"))
    assert "Votre compte" in ada.get("/account", headers={"accept-language": "en"}).text


@pytest.mark.parametrize(
    "said", ["http://elsewhere.example/account", "//elsewhere.example/", "http://127.0.0.1:8478//elsewhere.example", "x"]
)
def test_a_choice_leads_to_no_other_site(desk, browser_of, said):
    assert browser_of(desk).get("/language/fr", headers={"referer": said}).headers["location"] == "/"


def test_a_language_that_is_not_there_is_nothing(desk, browser_of):
    answer = browser_of(desk).get("/language/de")
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


def test_a_refusal_gives_the_rule_in_french_and_this_ones_story_in_english(as_person):
    ines = as_person("Ines")
    page = ines.get("/people", headers={"accept-language": "fr"})
    assert page.status_code == 403
    assert "L’acte relève de l’un des rôles de la personne." in page.text
    assert re.search(r'<span lang="en">[^<]+</span>', page.text)


# ---- a language that comes by a catalogue alone


@pytest.fixture
def invented(tmp_path: Path) -> Path:
    """Return a folder with the catalogue of a language in which every text stands in brackets."""
    made = template()
    for one in made:
        if one.id:
            one.string = f"[{one.id}]" if isinstance(one.id, str) else tuple(f"[{form}]" for form in one.id)
    made[languages.NUMBER].string = "1'234·5"
    file = tmp_path / "more" / INVENTED / "LC_MESSAGES" / "visavis.po"
    file.parent.mkdir(parents=True)
    with file.open("wb") as stream:
        write_po(stream, made)
    return tmp_path / "more"


def test_a_language_comes_by_its_catalogue_alone(opening, museum, browser_of, invented):
    browser = browser_of(opening(museum.folder, languages=invented))
    assert browser.get(f"/language/{INVENTED}").status_code == 303
    assert browser.sign_in("Ada").status_code == 303
    left = {}
    for door in app.doors():
        if door.method == "GET" and "{" not in door.path and not door.path.startswith(("/v1", "/metrics", "/healthz")):
            page = browser.get(door.path)
            if page.status_code == 200 and "text/html" in page.headers["content-type"]:
                assert f'<html lang="{INVENTED}">' in page.text, door.path
                left |= {door.path: said} if (said := english_in(page.text)) else {}
    assert left == {}


def english_in(page: str) -> list[str]:
    """Return what a page in the invented language shows outside brackets, but for words that people or files wrote."""
    shown = Shown()
    shown.feed(re.sub(r'<span lang="en">.*?</span>|<(\w+) class="id">.*?</\1>|<b>[^<>\[\]]*</b>', "", page, flags=re.DOTALL))
    return [text.strip() for text in shown.texts if "[" not in text and "]" not in text and re.search("[A-Za-z][a-z]{2,} [a-z]{2}", text)]


def test_a_catalogue_that_cannot_be_read_is_told_at_the_start(tmp_path):
    file = tmp_path / "de" / "LC_MESSAGES" / "visavis.po"
    file.parent.mkdir(parents=True)
    for text in ("msgid broken", 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=latin-1\\n"\n'):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(SetupError, match="«de»"):
            languages.Languages(tmp_path)


def test_what_a_translator_is_not_sure_of_is_left_in_english():
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    said = catalogue.messages(head + '#, fuzzy\nmsgid "a"\nmsgstr "b"\n\nmsgid "c"\nmsgstr ""\n"d \\"e\\"\\n"\n')
    assert {key: text for key, text in said.items() if key} == {"c": 'd "e"\n'}


def test_no_brace_of_the_stylesheet_is_lost_in_a_merge():
    style = (LOCALE.parent / "static" / "desk.css").read_text(encoding="utf-8")
    depth = 0
    for brace in re.findall("[{}]", style):
        depth += 1 if brace == "{" else -1
        assert 0 <= depth <= 2
    assert depth == 0
