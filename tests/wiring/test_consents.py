"""Consents through the archive as programs use it; faces are made up, one for each letter `f` that a file begins with."""

import datetime as dt
import json
import sys
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

sys.path[:0] = [str(Path(__file__).parent.parent / "faults"), str(Path(__file__).parent.parent / "forges")]
import rig  # noqa: E402 - its folder is no package
from byte_scan import Planted  # noqa: E402

from visavis.cli.app import app  # noqa: E402
from visavis.domain.actor import Role  # noqa: E402
from visavis.domain.errors import InputError, RefusedError  # noqa: E402
from visavis.records.passphrase import LIGHT  # noqa: E402
from visavis.services.people import AddPerson  # noqa: E402

CHARTER = """
profile = "consent"
title = "Guests"
purposes = ["own-pictures"]
jurisdiction = ["FR"]
shows_children = "no"
dpia = "DPIA 2026-04"
valid_from = 2026-01-01
valid_to = 2030-12-31
standing_case = { title = "Own pictures", purpose = "own-pictures", reason = "Guests ask for their pictures" }
retention = { rule = "charter", action = "erase" }
evidence = [{ file = "words.txt" }]

[controller]
name = "Studio of Example"
country = "FR"

[basis]
article = "6(1)(a)"
holder = "Studio of Example"
since = 2026-01-01

[condition]
article = "9(2)(a)"
"""
PASSPHRASE = "a long passphrase of the tests"
FILES = {"anna/1.jpg": 1, "anna/2.jpg": 1, "ben/1.jpg": 1, "both/1.jpg": 2, "nobody/1.jpg": 1}
"""Path to number of faces."""


class Guests(rig.QuickArchive):
    """A source of profile consent, its charter signed, in which Ada acts."""

    def __enter__(self) -> "Guests":
        self._session.sign_in("Ada", PASSPHRASE)
        return self

    def agree(self, person: str, *files: str, **said: object) -> str:
        usual = {"text": self.folder.parent / "words.txt", "text_version": "guests-1", "means": "paper", "purposes": ["own-pictures"]}
        return self.consents.give("Guests", person=person, files=files, **{**usual, "proof": "folder 7", **said})

    def outcomes_by_path(self) -> dict[str, str]:
        return {record.path: record.reason.value for record in self.outcomes()}

    def templates(self) -> int:
        return self._session.records()._database.raw.execute("SELECT count(*) FROM template").fetchone()[0]


def guests(folder: Path, files: dict[str, int] = FILES) -> Path:
    (folder / "words.txt").write_text("I agree that my pictures are found by my face.", encoding="utf-8")
    (folder / "charter.toml").write_text(CHARTER, encoding="utf-8")
    for path, faces in files.items():
        file = folder / "pictures" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"f" * faces + f"-{path}".encode())
    archive = rig.make_archive(folder / "archive")
    with rig.QuickArchive(archive) as opened:
        AddPerson(opened._session.records(), argon2=LIGHT).run(opened._session.actor, "Ada", [Role.OWNER], PASSPHRASE)
        opened._session.sign_in("Ada", PASSPHRASE)
        opened.add_source(folder / "pictures", charter=folder / "charter.toml")
        opened.charters.sign("Guests")
    return archive


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guests")
    return guests(folder)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return guests(tmp_path)


def test_without_a_consent_nothing_is_even_decoded(archive):
    with Guests(archive) as opened:
        assert opened.ingest(workers=0).faces == 0
        assert set(opened.outcomes_by_path().values()) == {"refused"}
        assert opened.analyser.analysed == []
        assert "consent-given" in next(opened.outcomes()).detail


def test_what_a_consent_covers_is_taken_in_and_a_picture_of_more_people_than_agreed_is_not(archive):
    with Guests(archive) as opened:
        opened.agree("Anna", "anna/", "both/")
        assert opened.ingest(workers=0).faces == 2
        assert opened.outcomes_by_path() == {
            "anna/1.jpg": "indexed", "anna/2.jpg": "indexed", "ben/1.jpg": "refused", "both/1.jpg": "refused", "nobody/1.jpg": "refused",
        }  # fmt: skip
        opened.agree("Ben", "ben/", "both/")
        opened.ingest(workers=0)
        assert [path for path, reason in opened.outcomes_by_path().items() if reason == "refused"] == ["nobody/1.jpg"]
        assert opened.templates() == 5


def test_a_withdrawal_is_one_call_after_which_nothing_that_stood_on_it_is_found_in_any_file(archive):
    with Guests(archive) as opened:
        opened.agree("Ben", "ben/", "both/")
        opened.ingest(workers=0)
        anna = opened.agree("Anna", "anna/")
        before = Planted.of_source(opened._session.records(), 1)
        opened.ingest(workers=0)
        planted = Planted.of_source(opened._session.records(), 1)
        done, erased = opened.consents.withdraw(anna)
        assert (done.faces, done.pictures, erased) == (2, 2, True)
        assert opened.templates() == len(before.rows) == 1
    found = planted.found(archive)
    assert (found["rows"], found["plain rows"], found["plain codes"]) == (1, 0, 0)
    assert found["codes"] <= 1
    with Guests(archive) as opened:
        assert opened.ingest(workers=0).faces == 0
        assert opened.outcomes_by_path()["anna/1.jpg"] == "refused"
        assert opened.verify().problems == ()


def test_a_face_that_is_linked_to_somebody_elses_consent_stays_in_a_picture_of_both(archive):
    with Guests(archive) as opened:
        anna, ben = opened.agree("Anna", "both/"), opened.agree("Ben", "both/")
        opened.ingest(workers=0)
        first, _ = rig.face_ids(opened)
        assert opened.consents.link(ben, [first]) == 1
        done, _ = opened.consents.withdraw(anna)
        assert (done.faces, done.pictures) == (1, 0)
        assert rig.face_ids(opened) == [first]


def test_a_link_that_was_wrong_is_taken_back_and_who_a_picture_stands_on_is_told(archive):
    with Guests(archive) as opened:
        anna, ben = opened.agree("Anna", "both/", "anna/"), opened.agree("Ben", "both/")
        opened.ingest(workers=0)
        faces = rig.face_ids(opened)

        def standing(path: str) -> list[tuple[str, set[str]]]:
            return [(one.consent.id, set(one.faces)) for one in opened.consents.covering("Guests", path, faces)]

        opened.consents.link(anna, faces[:1])
        assert standing("both/1.jpg") == [(anna, {faces[0]}), (ben, set())]
        assert standing("nobody/1.jpg") == [(anna, {faces[0]})]
        assert opened.consents.unlink(anna, faces[:1]) == 1
        opened.consents.link(ben, faces[:1])
        assert standing("both/1.jpg") == [(anna, set()), (ben, {faces[0]})]
        opened.consents.withdraw(anna)
        assert standing("both/1.jpg") == [(ben, {faces[0]})]
        assert faces[0] in rig.face_ids(opened)
        with pytest.raises(InputError, match="no face"):
            opened.consents.unlink(ben, ["x"])


def test_templates_end_with_the_first_of_the_consents_they_stand_on(archive):
    with Guests(archive) as opened:
        opened.agree("Anna", "anna/", until=dt.date(2028, 5, 31))
        opened.ingest(workers=0)
        ends = opened._session.records()._database.raw.execute("SELECT DISTINCT expires_at FROM template").fetchall()
        assert ends == [("2028-06-01T00:00:00.000000Z",)]
    with rig.QuickArchive(archive, clock=rig.Later()) as later:
        assert later.status().sources[0].searchable == 0


def test_a_withdrawal_during_an_ingest_is_heard_in_the_transaction_that_would_store_the_face(archive):
    with Guests(archive) as opened:
        anna = opened.agree("Anna", "anna/")

        def withdraw(path: str) -> None:
            if path == "anna/2.jpg":
                with Guests(archive) as other:
                    other._session.sign_in("Ada", PASSPHRASE)
                    _, erased = other.consents.withdraw(anna)
                    assert not erased

        opened.analyser = rig.MadeUpAnalyser(withdraw)
        assert opened.ingest(workers=0).faces == 0
        assert set(opened.outcomes_by_path().values()) == {"refused"}


@pytest.mark.parametrize(
    "said",
    [
        {"person": " "},
        {"means": "silence"},
        {"purposes": ["catalogue"]},
        {"proof": ""},
        {"text_version": " "},
        {"text": "nowhere.txt"},
        {"until": dt.date(2020, 1, 1)},
        {"given_at": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)},
    ],
)
def test_a_consent_that_could_not_be_shown_is_not_recorded(said, fresh):
    with Guests(fresh) as opened:
        with pytest.raises(InputError):
            opened.agree(said.pop("person", "Anna"), "anna/", **said)
        assert opened.consents.all() == []


def test_only_somebody_who_signed_in_and_may_records_consents(fresh):
    with rig.QuickArchive(fresh) as opened, pytest.raises(RefusedError) as caught:
        opened.consents.give(
            "Guests", person="A", text=fresh.parent / "words.txt", text_version="1", means="paper", purposes=["own-pictures"], files=["a"],
            proof="p",
        )  # fmt: skip
    assert caught.value.rule == "person-needed"


def test_names_and_words_lie_sealed_in_every_file(archive):
    with Guests(archive) as opened:
        opened.agree("Wilhelmina Secret", "anna/", proof="drawer of Wilhelmina", guardian="Mother Secret")
        (record,) = opened.consents.all()
        assert (record.person, record.guardian, record.text.words[:7]) == ("Wilhelmina Secret", "Mother Secret", "I agree")
    everything = b"".join(file.read_bytes() for file in archive.rglob("*") if file.is_file())
    assert b"Wilhelmina" not in everything
    assert b"Mother Secret" not in everything


def test_the_commands_give_show_list_and_withdraw(archive, monkeypatch):
    passphrase = archive.parent / "passphrase.txt"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    monkeypatch.setenv("VISAVIS_PASSPHRASE_FILE", str(passphrase))
    ends = ["--as", "Ada", "--archive", str(archive)]
    words = ["--text", str(archive.parent / "words.txt"), "--text-version", "guests-1", "--means", "paper", "--proof", "folder 7"]
    run = CliRunner().invoke
    asked = ["consent", "give", "--source", "Guests", "--person", "Anna", *words, "--purpose", "own-pictures", "--files", "anna/"]
    given_id = run(app, [*asked, "--until", "2028-05-31", *ends]).output.split()[-1]
    told = json.loads(run(app, ["consent", "list", *ends, "--format", "json"]).output)["consents"]
    assert [(one["consent_id"], one["person"], one["until"]) for one in told] == [(given_id, "Anna", "2028-05-31")]
    assert "I agree that my pictures" in run(app, ["consent", "show", given_id, *ends]).output
    assert run(app, ["consent", "withdraw", given_id, *ends]).output == "0 faces taken out of every search, 0 pictures with them; erased\n"
    assert run(app, ["consent", "withdraw", given_id, *ends], standalone_mode=True).exit_code != 0


STEPS = st.lists(st.tuples(st.sampled_from(["give", "withdraw", "ingest"]), st.sampled_from(["anna", "ben", "both"])), max_size=7)


@settings(max_examples=4, phases=[Phase.explicit, Phase.generate])
@given(steps=STEPS)
def test_whatever_happens_no_face_stands_without_as_many_live_consents_as_its_picture_has_faces(steps, tmp_path_factory):
    """I14: withdrawn is unsearchable at once, and nothing is ever stored of somebody who did not agree."""
    archive = guests(tmp_path_factory.mktemp("any"), {"anna/1.jpg": 1, "ben/1.jpg": 1, "both/1.jpg": 2})
    live: dict[str, list[str]] = {"anna": [], "ben": [], "both": []}
    with Guests(archive) as opened:
        for act, whose in [*steps, ("ingest", "")]:
            if act == "give":
                live[whose].append(opened.agree(whose, f"{whose}/"))
            elif act == "withdraw" and live[whose]:
                opened.consents.withdraw(live[whose].pop())
            elif act == "ingest":
                opened.ingest(workers=0)
            places = "SELECT count(*) FROM searchable"
            shown = opened._session.records()._database.raw.execute(places).fetchone()[0]
            most = (len(live["anna"]) > 0) + (len(live["ben"]) > 0) + 2 * (len(live["both"]) > 1)
            assert shown <= most
        assert shown == most
