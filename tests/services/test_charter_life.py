"""The life of a charter: draft, signed, frozen, amended; who may, what is refused, and what stands in the ledger."""

import datetime as dt
import json
from pathlib import Path

import pytest
from archive_forge import ACTOR, ARCHIVE_CHARTER, MACHINE, PASSPHRASE, MadeArchive, Picture, at_cosine

from visavis.domain.actor import Role
from visavis.domain.errors import CharterInvalid, InputError, RefusedError
from visavis.law.rulebook import shipped
from visavis.law.writing import canonical_toml, charter_template, household_charter
from visavis.records.passphrase import LIGHT
from visavis.services.people import AddPerson, SignedIn, sign_in
from visavis.services.sources import CharterLife, SourceRequest


def person(made: MadeArchive, name: str, role: Role) -> SignedIn:
    AddPerson(made.records, argon2=LIGHT).run(made.owner.actor, name, [role], PASSPHRASE)
    return sign_in(made.records, MACHINE, name, PASSPHRASE)


def leaves(made: MadeArchive) -> list[dict]:
    return [json.loads(body) for (body,) in made.sql("SELECT body FROM leaf ORDER BY seq")]


def rows(made: MadeArchive) -> dict[str, int]:
    """Count the rows of every table but the ledger's."""
    tables = [name for (name,) in made.sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
    ours = [name for name in tables if not name.startswith(("leaf", "sqlite_", "alembic"))]
    return {name: made.sql(f'SELECT COUNT(*) FROM "{name}"')[0][0] for name in ours}


def refused(made: MadeArchive, act, rule: str) -> RefusedError:
    """Assert that a rule refuses an act, that the ledger tells of it, and that nothing else is written."""
    before, told = rows(made), len(leaves(made))
    with pytest.raises(RefusedError) as caught:
        act()
    assert caught.value.rule == rule
    assert [leaf["facts"]["refused"] for leaf in leaves(made)[told:]] == [rule]
    assert rows(made) == before
    return caught.value


def charter(made: MadeArchive, name: str = "new.toml", **changes: str) -> Path:
    """Write the museum's charter with some of its lines replaced."""
    text = ARCHIVE_CHARTER.format(title="Museum")
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    (made.folder / "deed.pdf").write_bytes(b"deed")
    path = made.folder / name
    path.write_text(text, encoding="utf-8")
    return path


LONGER = ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2030-12-31")


def test_a_charter_of_an_organisation_is_a_draft_that_nobody_can_search(made):
    source = made.draft()
    assert (source.state, source.signed_by, source.draft_version) == ("draft", None, 1)
    assert made.records.cases.all() == []
    with pytest.raises(RefusedError):
        made.search(sources=["Museum"])


def test_no_template_is_written_for_a_source_that_is_frozen_while_its_pictures_are_read(made):
    source = made.archive()
    with made.records.work(ACTOR) as work:
        job = made.records.files.start_job(work, source)
    made.life().freeze(source.id, "a complaint came in")
    batch = [Picture(path="a.jpg", vectors=(at_cosine(0.9),)).read()]
    with pytest.raises(RefusedError) as caught, made.records.work(ACTOR) as work:
        made.records.intake.commit(work, job, source.roots[0].number, batch)
    assert caught.value.rule == "source-live"
    assert made.sql("SELECT (SELECT count(*) FROM template), (SELECT count(*) FROM media)") == [(0, 0)]


def test_the_owner_s_signature_makes_it_live_and_says_who_when_and_under_which_rules(made):
    source = made.archive()
    assert (source.state, source.draft_version) == ("live", None)
    signed = source.signed_by
    assert (signed.person_id, signed.name, signed.at) == (made.owner.actor.person_id, "Ada Owner", made.clock.at)
    assert source.policy.startswith("fr ")
    (kept,) = made.records.signatures.of("charter", f"{source.id}/1")
    assert kept.facts["charter"] == source.charter_sha256
    assert [case.kind for case in made.records.cases.all() if source.number in case.sources] == ["standing"]


def test_the_data_protection_officer_may_sign(made):
    source = made.draft()
    officer = person(made, "Dora Officer", Role.OFFICER)
    assert made.life(officer).sign(source.id).signed_by.name == "Dora Officer"


@pytest.mark.parametrize("role", [Role.INVESTIGATOR, Role.REVIEWER, Role.CLERK, Role.AUDITOR])
def test_no_other_role_may_sign(made, role):
    source = made.draft()
    somebody = person(made, "Somebody Else", role)
    refused(made, lambda: made.life(somebody).sign(source.id), "role-allowed")
    assert made.records.sources.one(source.id).state == "draft"


def test_nobody_signs_without_a_key(made):
    source = made.draft()
    machine = CharterLife(made.records, shipped(), actor=MACHINE, signer=None, look=made.look)
    refused(made, lambda: machine.sign(source.id), "person-needed")
    claimed = CharterLife(made.records, shipped(), actor=ACTOR, signer=None, look=made.look)
    with pytest.raises(RefusedError):
        claimed.sign(source.id)
    assert made.records.sources.one(source.id).state == "draft"


def test_a_charter_that_nobody_brought_is_not_signed_twice(made):
    made.archive()
    with pytest.raises(InputError, match="waits for a signature"):
        made.life().sign("Museum")


def test_an_organisation_s_source_is_added_by_a_person_only(made):
    asked = SourceRequest(actor=MACHINE, folder=made.root("Museum"), charter=charter(made))
    refused(made, lambda: made.add(asked), "person-needed")


def test_a_household_is_live_at_once_and_says_that_nobody_signed(made):
    source = made.household()
    assert (source.state, source.signed_by.person_id, source.signed_by.name) == ("live", None, ACTOR.name)
    assert made.records.signatures.of("charter") == []


def test_a_frozen_source_is_out_of_the_next_search_and_thawed_is_back(made):
    source = made.archive()
    made.put(source, Picture(path="a.jpg", vectors=(at_cosine(0.9),)))
    case = made.case_of(source)
    assert len(made.search(case_id=case).candidates) == 1
    assert made.life().freeze("Museum", "a complaint").state == "frozen"
    with pytest.raises(RefusedError):
        made.search(case_id=case)
    refused(made, lambda: made.life().freeze("Museum", "again"), "charter-life")
    assert made.life().thaw("Museum", "answered").state == "live"
    assert len(made.search(case_id=case).candidates) == 1
    notes = made.records.charters.notes(source)
    assert [(note.kind, note.text) for note in notes] == [("frozen", "a complaint"), ("live", "answered")]
    assert not any("complaint" in json.dumps(leaf) for leaf in leaves(made))


def test_only_what_is_frozen_is_thawed_and_a_reason_is_asked(made):
    made.draft()
    with pytest.raises(InputError, match="not frozen"):
        made.life().thaw("Museum", "because")
    with pytest.raises(InputError, match="say why"):
        made.life().freeze("Museum", " ")
    refused(made, lambda: made.life().freeze("Museum", "because"), "charter-life")


def test_an_amended_charter_waits_and_the_old_one_stays_in_force(made):
    source = made.archive()
    began = made.clock.at
    made.clock.at += dt.timedelta(days=1)
    waiting = made.life().amend("Museum", charter(made, end=LONGER))
    assert (waiting.charter_version, waiting.draft_version, waiting.state) == (1, 2, "live")
    assert waiting.charter_sha256 == source.charter_sha256
    made.clock.at += dt.timedelta(days=1)
    signed = made.life().sign("Museum")
    assert (signed.charter_version, signed.draft_version, signed.live_until) == (2, None, dt.date(2030, 12, 31))
    book = made.records.charters
    assert book.in_force(signed, began).version == 1
    assert book.in_force(signed, made.clock.at).version == 2
    assert book.in_force(signed, began - dt.timedelta(seconds=1)) is None


def test_a_draft_that_is_amended_is_replaced(made):
    made.draft()
    waiting = made.life().amend("Museum", charter(made, end=LONGER))
    assert (waiting.state, waiting.draft_version) == ("draft", 1)
    assert made.life().sign("Museum").live_until == dt.date(2030, 12, 31)


def test_the_charter_that_is_in_force_is_no_amendment(made):
    made.archive()
    with pytest.raises(InputError, match="has"):
        made.life().amend("Museum", made.folder / "Museum.toml")


def test_a_household_that_becomes_an_archive_leaves_the_household_s_case_and_the_ledger_tells(made):
    source = made.household("Museum")
    assert made.life().amend("Museum", charter(made)).profile == "household"
    turned = made.life().sign("Museum")
    assert (turned.profile, turned.state, turned.signed_by.name) == ("archive", "live", "Ada Owner")
    cases = {case.kind: case.sources for case in made.records.cases.all()}
    assert cases == {"shared": frozenset(), "standing": frozenset({source.number})}
    assert leaves(made)[-1]["facts"] | {"was": "household", "profile": "archive"} == leaves(made)[-1]["facts"]


def test_an_archive_does_not_become_a_household(made):
    made.archive()
    small = made.folder / "small.toml"
    small.write_text(canonical_toml(household_charter("Museum", made.clock.at.date(), shipped())))
    refused(made, lambda: made.life().amend("Museum", small), "profile-kept")


def test_a_household_s_own_amendment_is_in_force_at_once(made):
    made.household()
    small = made.folder / "small.toml"
    small.write_text(canonical_toml(household_charter("Our family", made.clock.at.date(), shipped())))
    amended = made.life().amend("Family", small)
    assert (amended.title, amended.charter_version, amended.draft_version, amended.signed_by.person_id) == ("Our family", 2, None, None)


def test_an_amendment_that_lacks_something_is_noted_by_its_fields_and_leaves_no_row(made):
    made.archive()
    path = charter(made, dpia=('dpia = "DPIA 2026-04"\n', ""))
    before = rows(made)
    with pytest.raises(CharterInvalid):
        made.life().amend("Museum", path)
    assert rows(made) == before
    assert leaves(made)[-1]["facts"] | {"refused": "charter-whole", "fields": ["dpia"]} == leaves(made)[-1]["facts"]


def test_another_folder_is_added_under_one_signature(made):
    source = made.archive()
    added = made.life().add_root("Museum", made.root("Attic"))
    assert [root.path.name for root in made.records.sources.one(added.source_id).roots] == ["root of Museum", "root of Attic"]
    assert len(made.records.signatures.of("charter")) == 2
    reviewer = person(made, "Rita Reviewer", Role.REVIEWER)
    refused(made, lambda: made.life(reviewer).add_root(source.id, made.root("Cellar")), "role-allowed")


def scraped(made: MadeArchive, title: str) -> None:
    for number in range(8):
        (made.root(title) / f"{number}.jpg").write_bytes(b"")
        (made.root(title) / f"{number}.jpg.json").write_text(json.dumps({"url": f"https://host{number}.example/{number}.jpg"}))


def test_files_that_speak_against_the_charter_are_answered_for_before_anybody_signs(made):
    scraped(made, "Museum")
    source = made.draft()
    found = {finding.rule: finding for finding in made.records.charters.findings(source)}
    assert (found["downloader-sidecar"].count, found["downloader-sidecar"].looked_at, found["many-hosts"].count) == (8, 8, 8)
    error = refused(made, lambda: made.life().sign(source.id), "answer-given")
    assert f"visavis source answer {source.id}" in error.remedy
    made.clock.at += dt.timedelta(seconds=1)
    made.life().answer(source.id, "bought from the hosts under licence 12")
    (note,) = made.records.charters.notes(source)
    (signature,) = made.records.signatures.of("answer", note.id)
    assert (note.kind, signature.person_id) == ("answer", made.owner.actor.person_id)
    assert made.life().sign(source.id).state == "live"
    told = json.dumps(leaves(made))
    assert "licence 12" not in told
    assert ".jpg" not in told


def test_an_answer_given_while_adding_lets_the_charter_be_signed(made):
    scraped(made, "Museum")
    assert made.life().sign(made.draft(answer="bought under licence").id).state == "live"


def test_a_household_of_gathered_files_is_refused_without_an_answer(made):
    scraped(made, "Family")
    asked = SourceRequest(actor=MACHINE, folder=made.root("Family"), profile="household", title="Family")
    refused(made, lambda: made.add(asked), "answer-given")
    answered = SourceRequest(actor=MACHINE, folder=made.root("Family"), profile="household", title="Family", answer="my own web album")
    assert made.add(answered).state == "live"


def test_a_folder_of_gathered_files_joins_a_live_source_only_with_an_answer(made):
    made.archive()
    scraped(made, "Attic")
    refused(made, lambda: made.life().add_root("Museum", made.root("Attic")), "answer-given")
    made.life().add_root("Museum", made.root("Attic"), text="bought under licence")


def test_an_answer_is_a_text_of_a_person_who_may_add_sources(made):
    made.draft()
    with pytest.raises(InputError):
        made.life().answer("Museum", "  ")
    auditor = person(made, "Audrey Auditor", Role.AUDITOR)
    refused(made, lambda: made.life(auditor).answer("Museum", "all is well"), "role-allowed")


# ---- each compulsory field missing in turn -----------------------------------------------------------------------------------

PROFILES = ("household", "trial", "consent", "archive", "tracing", "police")
COMPULSORY = [(name, field) for name in PROFILES for field in shipped().profile(name).compulsory]


@pytest.mark.parametrize(("profile", "field"), COMPULSORY, ids="-".join)
def test_a_source_without_one_compulsory_field_is_refused_by_its_name_and_nothing_is_written(made, profile, field):
    document = [line for line in charter_template(profile, shipped()).splitlines() if not line.startswith("# ")]
    (made.folder / "charter.toml").write_text("\n".join(without(document, field)), encoding="utf-8")
    asked = SourceRequest(actor=made.owner.actor, folder=made.root("Pictures"), charter=made.folder / "charter.toml")
    before, told = rows(made), len(leaves(made))
    with pytest.raises(CharterInvalid) as caught:
        made.add(asked)
    said = {name.partition(".")[0].partition("[")[0]: why for name, why in caught.value.problems}
    assert field in said
    assert "is missing" in said[field]
    (leaf,) = leaves(made)[told:]
    assert leaf["facts"]["refused"] == "charter-whole"
    assert any(name.partition(".")[0] == field for name in leaf["facts"]["fields"])
    assert rows(made) == before
    assert [path for path in made.records.folder.rows.rglob("*") if path.stat().st_size > 64] == []


def without(lines: list[str], field: str) -> list[str]:
    """Leave a field, or a table with all that is in it, out of a charter."""
    kept, table = [], ""
    for line in lines:
        if line.startswith("["):
            table = line.strip("[]")
        if field not in (table, "" if table else line.partition(" ")[0]):
            kept.append(line)
    return kept
