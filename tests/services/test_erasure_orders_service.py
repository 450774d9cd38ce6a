"""Orders to erase: what they list, what holds keep from them, whom they tell, and certificates that an outsider checks."""

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest
from archive_forge import ACTOR, PASSPHRASE, MadeArchive, Picture, at_cosine
from typer.testing import CliRunner

from visavis.cli import audit
from visavis.cli.output.certificate import certificate_page
from visavis.decode.limits import Limits
from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError
from visavis.law.clear import clear_erasure_check
from visavis.law.rulebook import shipped
from visavis.records.disclosures import Disclosure
from visavis.records.passphrase import LIGHT
from visavis.services.erasure import CertifyErasure, ChangeOriginals, EraseOrder, EraseQuestion, HoldPictures, Tools
from visavis.services.ledger import GiveLedger
from visavis.services.people import AddPerson, SignedIn, sign_in
from visavis.sources.folder import FolderSource
from visavis.wiring import build

SOFTWARE = {"version": "test", "sha256": "00"}


def order(made: MadeArchive) -> EraseOrder:
    return EraseOrder(made.records, encode=codes, step=lambda _: None, originals=originals(made))


def originals(made: MadeArchive) -> ChangeOriginals:
    return ChangeOriginals(
        records=made.records, rules=shipped(), open_file=lambda root, path: FolderSource(root).open(path), limits=Limits()
    )


def codes(rows: np.ndarray) -> list[bytes]:
    return [row.tobytes() for row in rows]


def tools(made: MadeArchive) -> Tools:
    sources = frozenset(source.number for source in made.records.sources.all())
    clearance = clear_erasure_check(ACTOR, shipped(), sources, floor=-1.0, at=made.clock.now())
    return Tools(index=made.index, clearance=clearance, encode=codes, rebuilt=lambda _: ("same", "same"), threshold=0.5)


def ids(made: MadeArchive, table: str = "media") -> list[str]:
    return [row[0] for row in made.sql(f"SELECT id FROM {table} ORDER BY number")]


def person(made: MadeArchive, name: str, *roles: Role) -> SignedIn:
    AddPerson(made.records, argon2=LIGHT).run(made.owner.actor, name, roles, PASSPHRASE)
    return sign_in(made.records, ACTOR, name, PASSPHRASE)


@pytest.fixture
def two(made):
    """An archive of two pictures, the first with two faces."""
    source = made.household()
    made.put(source, Picture(path="a.jpg", vectors=(at_cosine(1), at_cosine(0.2))), Picture(path="b.jpg", vectors=(at_cosine(0.9),)))
    return made


def test_a_scope_lists_every_store_and_changes_nothing(two):
    before = two.sql("SELECT COUNT(*) FROM leaf")
    report = order(two).scope(EraseQuestion(media=(ids(two)[0],)))
    assert {store: count for store, count in report.counted.items() if count} == {
        "pictures": 1, "file paths": 1, "faces": 2, "rows of templates": 2, "codes": 2,
    }  # fmt: skip
    assert two.sql("SELECT COUNT(*) FROM leaf") == before


def test_what_is_asked_for_twice_goes_once_and_what_is_not_there_is_named(two):
    first, second, _ = ids(two, "face")
    report = order(two).scope(EraseQuestion(media=(ids(two)[0],), faces=(first, second)))
    assert report.counted["faces"] == 2
    with pytest.raises(InputError, match="no face nobody"):
        order(two).scope(EraseQuestion(faces=("nobody",)))


def test_candidates_and_whole_sources_can_be_named(two):
    found = two.search(threshold=0.8)
    report = order(two).scope(EraseQuestion(candidates=tuple(one.candidate_id for one in found.candidates)))
    assert (report.counted["faces"], report.counted["candidates of searches"]) == (2, 2)
    assert order(two).scope(EraseQuestion(source="Family")).counted["pictures"] == 2


def test_a_hold_keeps_a_picture_and_hides_it_and_takes_two_people(two):
    ada, grace = two.owner, person(two, "Grace", Role.CLERK)
    holding, (first, second) = HoldPictures(two.records), ids(two)
    today = two.clock.now().date()
    asked = holding.ask(ada.actor, media=[first], legal="Art. 17(3)(e)", until=today + dt.timedelta(days=90))
    assert len(two.search(threshold=0.8).candidates) == 2
    with pytest.raises(RefusedError, match="second person"):
        holding.second(ada.actor, asked.id)
    assert holding.second(grace.actor, asked.id).state == "in force"
    assert len(two.search(threshold=0.8).candidates) == 1
    assert order(two).scope(EraseQuestion(media=(first, second))).held == (first,)
    run = order(two).run(ACTOR, EraseQuestion(media=(first, second)), tools(two))
    assert run.counted["pictures"] == 1
    assert ids(two) == [first]
    with pytest.raises(InputError, match="a hold keeps"):
        order(two).run(ACTOR, EraseQuestion(media=(first,)), tools(two))


def test_a_hold_ends_by_its_day_and_what_it_kept_can_be_erased(two):
    ada, grace = two.owner, person(two, "Grace", Role.CLERK)
    holding, (first, _) = HoldPictures(two.records), ids(two)
    asked = holding.ask(ada.actor, media=[first], legal="Art. 17(3)(e)", until=two.clock.now().date())
    holding.second(grace.actor, asked.id)
    assert holding.lapse(ada.actor) == 0
    two.clock.at += dt.timedelta(days=1)
    assert holding.lapse(ada.actor) == 1
    assert order(two).run(ACTOR, EraseQuestion(media=(first,)), tools(two)).counted["pictures"] == 1


def test_whoever_was_given_an_erased_face_is_to_be_told(two):
    face = ids(two, "face")[0]
    case = two.records.cases.all()[0].id
    given = Disclosure(
        case_id=case, search_id=None, what="search-html", sha256=bytes(32), recipient="The Gazette", because="print", person_id=None,
        sources=(), faces=(face,),
    )  # fmt: skip
    with two.records.work(ACTOR) as work:
        two.records.disclosures.record(work, given)
    assert order(two).scope(EraseQuestion(faces=(face,))).counted["exports that left the house"] == 1
    run = order(two).run(ACTOR, EraseQuestion(faces=(face,)), tools(two))
    (notice,) = two.records.erasure_runs.notices(run.number)
    assert notice.text.startswith("To The Gazette")
    assert face in notice.text
    assert b"Gazette" not in b"".join(body for (body,) in two.sql("SELECT body FROM leaf"))


def certify(made: MadeArchive, who: SignedIn, run: str) -> bytes:
    certify = CertifyErasure(made.records, build.ledger_signer(made.records), software=SOFTWARE)
    return certify.run(who.actor, who, run).file


@pytest.fixture
def certified(two, tmp_path):
    """Paths of a certificate and of the ledger that holds it."""
    run = order(two).run(ACTOR, EraseQuestion(media=(ids(two)[0],)), tools(two))
    grace = person(two, "Grace", Role.CLERK)
    assert certify(two, two.owner, run.id) == b""
    with pytest.raises(RefusedError, match="second person"):
        certify(two, two.owner, run.id)
    file = certify(two, grace, run.id)
    assert certify(two, two.owner, run.id) == file
    given = GiveLedger(two.records, build.ledger_signer(two.records), lambda _: None)
    told = given.run(ACTOR)
    (tmp_path / "ledger").write_bytes(b"".join(given.export(told)))
    (tmp_path / "certificate.json").write_bytes(file)
    return tmp_path / "certificate.json", tmp_path / "ledger"


def test_a_certificate_is_checked_offline_from_an_export_alone(certified, capsys):
    certificate, ledger = certified
    assert audit.main([str(ledger), "--certificate", str(certificate)]) == 0
    assert "1 certificate of erasure: signed by two people, in this ledger" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda told: told["certificate"].update(ground="order"), "signature 1 is not one of this text"),
        (lambda told: told["certificate"]["checks"][1].update(passed=False), "check b is not passed"),
        (lambda told: told["signatures"].pop(), "not signed by two different people"),
        (lambda told: told["signatures"][0].update(public_key="11" * 32), "the ledger knows no person"),
        (lambda told: told.update(leaf=told["leaf"].replace("certified", "certifies")), "the leaf in it does not tell"),
    ],
)
def test_a_certificate_that_was_changed_is_found_out(certified, capsys, change, problem):
    certificate, ledger = certified
    told = json.loads(certificate.read_bytes())
    change(told)
    certificate.write_text(json.dumps(told))
    assert audit.main([str(ledger), "--certificate", str(certificate)]) == 5
    assert problem in capsys.readouterr().out


def test_the_printed_certificate_says_what_it_can_not_show_and_never_that_anything_was_purged(certified):
    page = certificate_page(certified[0].read_bytes())
    assert "What this can" in page
    assert "remapped" in page
    assert "purge" not in page.casefold()
    assert "purge" not in certified[0].read_text().casefold()


def test_an_erasure_of_which_a_check_fails_is_not_certified(two):
    spoilt = tools(two)
    spoilt = replace(spoilt, rebuilt=lambda _: ("one", "other"))
    run = order(two).run(ACTOR, EraseQuestion(media=(ids(two)[0],)), spoilt)
    assert run.state == "failed"
    with pytest.raises(RefusedError, match="failed: d"):
        certify(two, two.owner, run.id)
    order(two).finish(ACTOR, tools(two))
    assert two.records.erasure_runs.one(run.id).state == "checked"


def test_the_same_picture_in_another_source_stays_and_does_not_fail_the_checks(made):
    for title in ("Family", "Friends"):
        made.put(made.household(title), Picture(path="a.jpg", vectors=(at_cosine(1),)))
    run = order(made).run(ACTOR, EraseQuestion(source="Family"), tools(made))
    (scan,) = (check for check in run.checks if check["check"] == "b")
    assert run.state == "checked"
    assert scan["shared_with_others"]["anchor"] == 1
    assert len(made.search(threshold=0.8).candidates) == 1


def test_the_command_asks_what_to_erase(tmp_path):
    from visavis.cli.app import app

    told = CliRunner().invoke(app, ["erase", "run", "--archive", str(tmp_path)])
    assert told.exit_code != 0
