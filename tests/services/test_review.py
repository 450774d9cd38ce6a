"""People decide of candidates; the engine keeps what they said, apart and for good."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pytest
from archive_forge import ACTOR, PASSPHRASE, THRESHOLD, MadeArchive, Picture, at_cosine, face
from cinema_forge import Seen, put_film
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.face import Box
from visavis.domain.identification import ProbePicture, SearchResult
from visavis.law.rulebook import shipped
from visavis.records.cases import CaseFile
from visavis.records.passphrase import LIGHT
from visavis.records.reviews import standing
from visavis.records.sources import SourceRecord
from visavis.services.people import AddPerson, SignedIn, sign_in
from visavis.services.review import Decide, Disclose, Export, Labelling, LabelRequest, PrintCase, Undo, VerdictRequest, Worklist
from visavis.services.search import PastSearches, Scale, Search, SearchQuestion

VERDICTS = ("same", "not-the-same", "cannot-say")


@dataclass
class Court:
    """A museum's archive with three people, and a case that asks for as many reviewers as the test wants."""

    made: MadeArchive
    source: SourceRecord
    case: str
    people: dict[str, SignedIn]

    def search(self, by: str = "ada", **asked: object) -> SearchResult:
        asked.setdefault("probes", (photo(),))
        question = SearchQuestion(actor=self.people[by].actor, case_id=self.case, reason="made for this test", **asked)
        search = Search(self.made.records, self.made.index, self.made.permission, scale=Scale(recorded=THRESHOLD), notices=lambda _: [])
        return search.run(question)

    def past(self) -> PastSearches:
        return PastSearches(self.made.records)

    def decide(self, by: str, candidate: str, says: str, *, grounds: str = "left ear", because: str = "") -> str:
        request = VerdictRequest(actor=self.people[by].actor, candidate=candidate, says=says, grounds=grounds, because=because)
        return Decide(self.made.records, read=self.past().read, signer=self.people[by]).run(request).stands

    def undo(self, by: str, candidate: str) -> None:
        Undo(self.made.records, read=self.past().read, signer=self.people[by]).run(self.people[by].actor, candidate)

    def worklist(self) -> Worklist:
        return Worklist(self.made.records, read=self.past().read, show=self.past().show)

    def leads(self, by: str) -> list[str]:
        return [lead.candidate.candidate_id for lead in self.worklist().leads(self.people[by].actor, case_id=self.case)]

    def labelling(self, by: str = "ada") -> Labelling:
        return Labelling(self.made.records, shipped(), read=self.past().read, signer=self.people[by])

    def disclose(self, result: SearchResult) -> str:
        export = Export(
            what="search-csv",
            case_id=result.case_id,
            search_id=result.search_id,
            recipient="Bob",
            because="asked",
            sources=frozenset(),
            faces=frozenset(),
        )
        return Disclose(self.made.records, shipped()).record(self.people["ada"].actor, export, bytes(32))

    def leaves(self) -> list[str]:
        return [bytes(body).decode() for (body,) in self.made.sql("SELECT body FROM leaf ORDER BY seq")]


def photo(seed: int = 1, *, vector: np.ndarray | None = None) -> ProbePicture:
    """Return a probe photograph with one face; another seed is another photograph."""
    image = np.random.default_rng(seed).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    return ProbePicture(name="probe.jpg", image_rgb=image, faces=(face(at_cosine(1) if vector is None else vector),), picked=(1,))


def open_court(made: MadeArchive, *, reviewers: int = 1, kind: str = "case") -> Court:
    source = made.archive()
    people = {"ada": made.owner}
    for name in ("grace", "linus"):
        AddPerson(made.records, argon2=LIGHT).run(made.owner.actor, name, [Role.REVIEWER], PASSPHRASE)
        people[name] = sign_in(made.records, ACTOR, name, PASSPHRASE)
    file = CaseFile(
        kind=kind,
        profile="archive",
        title="Portraits",
        purpose="catalogue",
        sources=frozenset({source.number}),
        legal_reference="Code du patrimoine",
        necessity="undated portraits",
        seeks="unknown person",
        reviewers_needed=reviewers,
        open_until=dt.date(2027, 6, 1),
        opened_by=made.owner.actor.person_id,
    )
    with made.records.work(made.owner.actor) as work:
        case = made.records.cases.add(work, file)
    made.put(source, Picture(path="one.jpg", vectors=(at_cosine(0.9),)), Picture(path="two.jpg", vectors=(at_cosine(0.8, sideways=2),)))
    return Court(made=made, source=source, case=case, people=people)


@pytest.fixture
def court(made: MadeArchive) -> Court:
    return open_court(made)


@pytest.fixture
def blind(made: MadeArchive) -> Court:
    return open_court(made, reviewers=2)


# ---- probes and looking again


def test_a_search_under_a_case_keeps_a_crop_of_the_probe_and_a_salted_hash(court):
    result = court.search()
    (kept,) = court.past().read(result.search_id).probes
    assert kept.picture is not None
    assert kept.picture.startswith(b"\xff\xd8")
    ((digest, salt),) = court.made.sql("SELECT digest, salt FROM probe")
    assert digest.hex() in court.leaves()[-1]
    assert salt.hex() not in court.leaves()[-1]


def test_a_household_keeps_no_picture_of_a_probe(made):
    made.put(made.household(), Picture(path="one.jpg", vectors=(at_cosine(0.9),)))
    made.search(probes=(photo(),))
    assert made.sql("SELECT picture FROM probe") == [(None,)]


def test_a_probe_is_never_enrolled(court):
    before = court.made.sql("SELECT (SELECT count(*) FROM face), (SELECT count(*) FROM template), (SELECT count(*) FROM media)")
    gallery = court.search().gallery_size
    for seed in range(3):
        assert court.search(probes=(photo(seed),)).gallery_size == gallery
    after = court.made.sql("SELECT (SELECT count(*) FROM face), (SELECT count(*) FROM template), (SELECT count(*) FROM media)")
    assert after == before


@pytest.mark.finding("Hamburg")
def test_the_probes_of_a_case_die_with_it(court):
    court.search()
    records = court.made.records
    with records.work(ACTOR) as work:
        assert records.reviews.drop_probes(work, court.case) == 1
        work.leaf("erasure", case=court.case)
    assert court.made.sql("SELECT count(*) FROM probe") == [(0,)]


def test_an_expired_probe_is_out_of_sight_at_once_and_goes_when_asked(court):
    result = court.search()
    after_the_end = dt.datetime(2027, 6, 2, tzinfo=dt.UTC)
    assert court.made.records.reviews.probes(result.search_id, after_the_end) == []
    court.made.clock.at = after_the_end
    with court.made.records.work(ACTOR) as work:
        assert court.made.records.reviews.drop_expired_probes(work) == 1
        work.leaf("erasure", what="probes")


def test_a_search_is_shown_again_with_one_consultation_leaf_each_time(court):
    first = court.search()
    count = len(court.leaves())
    for times in (1, 2):
        again = court.past().show(ACTOR, first.search_id)
        assert len(court.leaves()) == count + times
        assert '"operation":"consultation"' in court.leaves()[-1]
    assert [c.candidate_id for c in again.result.candidates] == [c.candidate_id for c in first.candidates]
    assert (again.result.gallery_size, again.result.threshold.value) == (first.gallery_size, first.threshold.value)


@pytest.mark.parametrize(
    "values", ["closed_at = '2026-11-22T11:00:00.000000Z'", "open_until = '2026-01-01'", "frozen_at = '2026-11-22T11:00:00.000000Z'"]
)
def test_a_closed_expired_or_frozen_case_hides_its_searches(court, values):
    search_id = court.search().search_id
    court.made.sql(f"UPDATE \"case\" SET {values} WHERE id = '{court.case}'")
    with pytest.raises(RefusedError) as refused:
        court.past().show(ACTOR, search_id)
    assert refused.value.rule == "case-open"


def test_what_may_not_be_shown_now_is_not_shown_again(court):
    result = court.search()
    court.made.sql("UPDATE face SET state = 'restricted' WHERE number = 1")
    again = court.past().show(ACTOR, result.search_id).result
    assert len(again.candidates) == len(result.candidates) - 1
    assert any("1 of its candidates may not be shown now" in notice for notice in again.notices)


def test_a_search_whose_sources_are_all_frozen_is_refused(court):
    search_id = court.search().search_id
    court.made.sql("UPDATE source SET state = 'frozen'")
    with pytest.raises(RefusedError) as refused:
        court.past().show(ACTOR, search_id)
    assert refused.value.rule == "source-live"


def test_every_result_carries_its_search_its_case_who_signed_and_what_is_not_calibrated(court):
    fresh = court.search()
    for result in (fresh, court.past().read(fresh.search_id).result):
        assert result.search_id
        assert result.case_id == court.case
        assert "not calibrated" in result.expected_false_hits
        assert result.signed_by == ("«Museum»: Ada Owner, owner, 2026-11-22",)
        assert result.policy
        assert result.purpose == "catalogue"


# ---- verdicts


def test_a_candidate_is_an_open_lead_until_somebody_decides(court):
    result = court.search()
    assert court.leads("grace") == [candidate.candidate_id for candidate in result.candidates]
    assert court.decide("grace", result.candidates[0].candidate_id, "same") == "same"
    assert court.leads("grace") == [result.candidates[1].candidate_id]
    assert court.past().read(result.search_id).result.candidates[0].decided == "same"


def test_a_verdict_is_a_signature_over_what_was_said(court):
    candidate = court.search().candidates[0].candidate_id
    court.decide("grace", candidate, "same", grounds="the scar on the chin")
    (signature,) = court.made.records.signatures.of("verdict")
    assert signature.facts["says"] == "same"
    assert signature.facts["grounds"] == "the scar on the chin"
    assert signature.person_id == court.people["grace"].actor.person_id


def test_a_correction_is_a_new_verdict_with_a_reason_and_the_old_one_stays(court):
    candidate = court.search().candidates[0].candidate_id
    court.decide("grace", candidate, "same")
    with pytest.raises(InputError, match="judged this candidate already"):
        court.decide("grace", candidate, "cannot-say")
    assert court.decide("grace", candidate, "cannot-say", because="the light misled me") == "cannot-say"
    said = court.made.records.reviews.verdicts([candidate])[candidate]
    assert [verdict.says for verdict in said] == ["same", "cannot-say"]
    assert [verdict.says for verdict in standing(said)] == ["cannot-say"]
    assert said[1].why_replaced == "the light misled me"


def test_a_verdict_that_nobody_has_seen_is_taken_back_and_both_stay_on_record(blind):
    candidate = blind.search().candidates[0].candidate_id
    blind.decide("grace", candidate, "same")
    blind.undo("grace", candidate)
    assert blind.leads("grace")[0] == candidate
    said = blind.made.records.reviews.verdicts([candidate])[candidate]
    assert [verdict.says for verdict in said] == ["same", "withdrawn"]
    assert standing(said) == []
    blind.decide("grace", candidate, "not-the-same")
    assert blind.decide("linus", candidate, "not-the-same") == "not-the-same"


SEEN = {
    "judged": lambda court, search, candidate: court.decide("linus", candidate, "same"),
    "opened": lambda court, search, candidate: court.past().show(court.people["linus"].actor, search.search_id),
    "handed out": lambda court, search, candidate: court.disclose(search),
}


@pytest.mark.parametrize("how", SEEN)
def test_a_verdict_that_somebody_has_seen_is_not_taken_back_and_the_refusal_is_a_leaf(blind, how):
    found = blind.search()
    candidate = found.candidates[0].candidate_id
    blind.decide("grace", candidate, "same")
    SEEN[how](blind, found, candidate)
    with pytest.raises(RefusedError) as refused:
        blind.undo("grace", candidate)
    assert refused.value.rule == "verdict-unseen"
    assert "verdict-unseen" in blind.leaves()[-1]


def test_ones_own_looks_and_those_before_a_verdict_do_not_keep_it_from_being_taken_back(blind):
    found = blind.search()
    candidate, other = (one.candidate_id for one in found.candidates[:2])
    blind.past().show(blind.people["linus"].actor, found.search_id)
    blind.decide("grace", candidate, "same")
    blind.past().show(blind.people["grace"].actor, found.search_id)
    blind.decide("linus", other, "same")
    blind.undo("grace", candidate)
    with pytest.raises(InputError, match="no verdict"):
        blind.undo("grace", candidate)


def test_a_verdict_older_than_a_day_is_corrected_and_not_taken_back(court):
    candidate = court.search().candidates[0].candidate_id
    court.decide("grace", candidate, "same")
    court.made.clock.at += dt.timedelta(days=2)
    with pytest.raises(RefusedError, match="older than a day"):
        court.undo("grace", candidate)


def test_taking_not_the_same_back_leaves_the_face_as_it_was_before(court):
    candidate = court.search().candidates[0].candidate_id
    court.decide("grace", candidate, "not-the-same")
    court.undo("grace", candidate)
    assert court.search().candidates[0].decided == ""
    court.made.clock.at += dt.timedelta(minutes=1)
    court.decide("grace", candidate, "not-the-same")
    court.made.clock.at += dt.timedelta(minutes=1)
    court.decide("grace", candidate, "same", because="a better print")
    assert court.search().candidates[0].decided == ""
    court.undo("grace", candidate)
    assert court.search().candidates[0].decided == "not-the-same"


def test_a_verdict_without_grounds_is_asked_for_them(court):
    with pytest.raises(InputError, match="grounds"):
        court.decide("grace", court.search().candidates[0].candidate_id, "same", grounds=" ")


def test_a_word_that_is_no_verdict_is_refused(court):
    with pytest.raises(InputError, match="no verdict"):
        court.decide("grace", court.search().candidates[0].candidate_id, "identified")


def test_the_second_reviewer_sees_nothing_of_the_first(blind):
    result = blind.search()
    candidate = result.candidates[0].candidate_id
    assert blind.decide("grace", candidate, "not-the-same", grounds="another nose") == "open"
    for shown in (blind.past().read(result.search_id).result, blind.search()):
        assert shown.candidates[0].decided == ""
    sheet = blind.worklist().sheet(blind.people["linus"].actor, result.search_id)
    assert sheet.own == {}
    assert blind.worklist().sheet(blind.people["grace"].actor, result.search_id).own[candidate].says == "not-the-same"
    assert not any("not-the-same" in leaf for leaf in blind.leaves())


def test_two_who_agree_decide_and_two_who_differ_disagree(blind):
    one, two = (candidate.candidate_id for candidate in blind.search().candidates)
    blind.decide("grace", one, "same")
    assert blind.decide("linus", one, "same") == "same"
    blind.decide("grace", two, "same")
    assert blind.decide("linus", two, "not-the-same") == "disagreement"
    assert [verdict.says for verdict in blind.made.records.reviews.verdicts([two])[two]] == ["same", "not-the-same"]


def test_who_searched_does_not_judge_where_two_are_needed_and_the_refusal_is_a_leaf(blind):
    candidate = blind.search(by="ada").candidates[0].candidate_id
    with pytest.raises(RefusedError) as refused:
        blind.decide("ada", candidate, "same")
    assert refused.value.rule == "reviewer-apart"
    assert '"refused":"reviewer-apart"' in blind.leaves()[-1]


@pytest.mark.finding("Detroit")
def test_the_same_person_twice_is_one_verdict(blind):
    candidate = blind.search().candidates[0].candidate_id
    blind.decide("grace", candidate, "same")
    assert blind.decide("grace", candidate, "same", because="looked again") == "open"


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from(["ada", "grace", "linus"]), st.sampled_from(VERDICTS)), max_size=8))
def test_any_history_of_verdicts_keeps_every_one_and_shows_none_before_two_have_said_it(blind, acts):
    candidate = blind.search(by="ada").candidates[0].candidate_id
    kept, latest = [], {}
    for who, says in acts:
        try:
            blind.decide(who, candidate, says, because="once more" if who in latest or kept else "")
        except RefusedError:
            assert who == "ada"
            continue
        kept.append(says)
        latest[who] = says
        result = blind.past().read(blind.made.records.searches.candidate(candidate).search_id)
        (shown,) = (lead.decided for lead in result.result.candidates if lead.candidate_id == candidate)
        wanted = "" if len(latest) < 2 else (says if len(set(latest.values())) == 1 else "disagreement")
        assert shown == wanted
        assert len(latest) == 2 or not any(f'"decided":"{word}"' in blind.leaves()[-1] for word in VERDICTS)
    said = blind.made.records.reviews.verdicts([candidate]).get(candidate, [])
    assert [verdict.says for verdict in said] == kept


# ---- «not the same»


def test_not_the_same_marks_the_face_in_later_searches_of_the_case(court):
    first = court.search()
    court.decide("grace", first.candidates[0].candidate_id, "not-the-same")
    later = court.search(probes=(photo(seed=7),))
    assert [candidate.decided for candidate in later.candidates] == ["not-the-same", ""]
    assert later.candidates[0].candidate_id not in court.leads("grace")


def test_not_the_same_survives_a_new_ingest_of_the_picture_and_a_new_model(court):
    court.decide("grace", court.search().candidates[0].candidate_id, "not-the-same")
    sql, records = court.made.sql, court.made.records
    sql("PRAGMA foreign_keys = OFF")  # as erasure and a new model leave it: the face is another row with another id
    for table in ("verdict", "candidate", "template", "face", "appearance", "location", "media"):
        sql(f"DELETE FROM {table}")
    sql("PRAGMA foreign_keys = ON")
    moved = Box(left=0.41, top=0.31, width=0.2, height=0.25)
    records.intake._pack_id = "another@1"
    court.made.put(court.source, Picture(path="one.jpg", vectors=(at_cosine(0.9),), box=moved))
    assert [candidate.decided for candidate in court.search().candidates] == ["not-the-same"]


def test_not_the_same_of_one_face_says_nothing_of_its_neighbour(court):
    far = Box(left=0.7, top=0.3, width=0.2, height=0.25)
    court.decide("grace", court.search().candidates[0].candidate_id, "not-the-same")
    ((anchor,),) = court.made.sql("SELECT anchor FROM exclusion")
    subject = court.made.records.reviews.subject_of_case(court.case)
    neighbour = anchor.rsplit("/", 1)[0] + f"/{far.left},{far.top},{far.width},{far.height}"
    assert court.made.records.reviews.excluded([subject], {1: [anchor], 2: [neighbour]}).keys() == {1}


def test_not_the_same_is_undone_only_with_a_reason(court):
    first = court.search()
    court.decide("grace", first.candidates[0].candidate_id, "not-the-same")
    later = court.search().candidates[0].candidate_id
    with pytest.raises(InputError, match="decided: not the same"):
        court.decide("linus", later, "same")
    assert court.decide("linus", later, "same", because="a second photograph shows the scar") == "same"
    assert court.search().candidates[0].decided == ""
    assert court.made.sql("SELECT count(*) FROM exclusion WHERE lifted_at IS NOT NULL") == [(1,)]


def test_at_home_not_the_same_holds_for_the_photograph_that_was_asked_with(made):
    made.put(made.household(), Picture(path="one.jpg", vectors=(at_cosine(0.9),)))
    mine, other = photo(seed=1), photo(seed=2)
    candidate = made.search(probes=(mine,)).candidates[0].candidate_id
    past = PastSearches(made.records)
    request = VerdictRequest(actor=ACTOR, candidate=candidate, says="not-the-same", grounds="")
    assert Decide(made.records, read=past.read, signer=None).run(request).stands == "not-the-same"
    assert made.search(probes=(mine,)).candidates[0].decided == "not-the-same"
    assert made.search(probes=(other,)).candidates[0].decided == ""


# ---- labels


def labelled(court: Court, name: str = "Émilie du Châtelet") -> str:
    candidate = court.search().candidates[0].candidate_id
    court.decide("grace", candidate, "same")
    return court.labelling().add(LabelRequest(actor=court.people["ada"].actor, candidate=candidate, name=name, authority="Q7209"))


def test_a_confirmed_decision_becomes_a_label_that_is_found_by_name_without_accents(court):
    label_id = labelled(court)
    (found,) = court.labelling().find(court.people["ada"].actor, "emilie DU chatelet")
    assert (found.id, found.name, found.authority) == (label_id, "Émilie du Châtelet", "Q7209")
    assert court.search().candidates[0].labels == ("Émilie du Châtelet",)
    assert not any("milie" in leaf for leaf in court.leaves())


def test_an_open_lead_gets_no_label(court):
    candidate = court.search().candidates[0].candidate_id
    with pytest.raises(RefusedError) as refused:
        court.labelling().add(LabelRequest(actor=court.people["ada"].actor, candidate=candidate, name="Nobody"))
    assert refused.value.rule == "label-decided"


def test_a_source_that_is_not_catalogued_gets_no_labels(made):
    made.put(made.household(), Picture(path="one.jpg", vectors=(at_cosine(0.9),)))
    candidate = made.search(probes=(photo(),)).candidates[0].candidate_id
    past = PastSearches(made.records)
    Decide(made.records, read=past.read, signer=None).run(VerdictRequest(actor=ACTOR, candidate=candidate, says="same", grounds=""))
    with pytest.raises(RefusedError) as refused:
        Labelling(made.records, shipped(), read=past.read, signer=None).add(LabelRequest(actor=ACTOR, candidate=candidate, name="Mum"))
    assert refused.value.rule == "label-catalogue"


def test_a_label_outlives_the_case(court):
    labelled(court)
    court.made.sql(f"UPDATE \"case\" SET closed_at = '2026-11-22T11:00:00.000000Z' WHERE id = '{court.case}'")
    assert len(court.labelling().all(court.people["ada"].actor)) == 1


def test_a_label_is_hidden_with_its_face_and_its_source(court):
    labelled(court)
    court.made.sql("UPDATE face SET state = 'restricted'")
    assert court.labelling().find(court.people["ada"].actor, "Émilie du Châtelet") == []
    court.made.sql("UPDATE face SET state = 'plain'")
    court.made.sql("UPDATE source SET state = 'frozen'")
    assert court.labelling().all(court.people["ada"].actor) == []


def test_a_label_is_removed_with_a_reason_and_leaves_no_name(court):
    label_id = labelled(court)
    with pytest.raises(InputError, match="reason"):
        court.labelling().remove(court.people["ada"].actor, label_id, because="")
    court.labelling().remove(court.people["ada"].actor, label_id, because="the person objects")
    assert court.made.sql("SELECT count(*) FROM label") == [(0,)]


def test_a_label_gets_another_name_with_a_reason_and_the_old_one_is_erased(court):
    candidate = court.search().candidates[0].candidate_id
    court.decide("ada", candidate, "same")
    old = court.labelling().add(LabelRequest(actor=court.people["ada"].actor, candidate=candidate, name="Emilie"))
    with pytest.raises(InputError, match="needs a reason"):
        court.labelling().rename(court.people["ada"].actor, old, "Émilie du Châtelet", because=" ")
    new = court.labelling().rename(court.people["ada"].actor, old, "Émilie du Châtelet", because="her whole name")
    labels = court.labelling().all(court.people["ada"].actor)
    assert [(label.id, label.name) for label in labels] == [(new, "Émilie du Châtelet")]
    assert any("label-renamed" in leaf and "her whole name" not in leaf for leaf in court.leaves())


def test_erasing_a_face_forgets_its_labels_and_exclusions(court):
    labelled(court)
    court.decide("grace", court.search().candidates[1].candidate_id, "not-the-same")
    anchors = [anchor for (anchor,) in court.made.sql("SELECT anchor FROM face")]
    records = court.made.records
    with records.work(ACTOR) as work:
        assert records.labels.forget_faces(work, anchors) == 1
        records.reviews.forget_faces(work, anchors)
        work.leaf("erasure", faces=len(anchors))
    assert court.made.sql("SELECT (SELECT count(*) FROM label), (SELECT count(*) FROM exclusion)") == [(0, 0)]


# ---- disclosures and the report


def test_an_export_outside_a_household_asks_for_recipient_and_reason_and_the_refusal_is_a_leaf(court):
    disclose = Disclose(court.made.records, shipped())
    with pytest.raises(RefusedError) as refused:
        disclose.check(court.people["ada"].actor, case_id=court.case, recipient="", because="")
    assert refused.value.rule == "recipient-named"
    assert "--recipient" in refused.value.remedy
    assert '"refused":"recipient-named"' in court.leaves()[-1]


def test_a_disclosure_records_the_file_to_whom_and_whose_faces(court):
    result = court.search()
    export = Export(
        what="search-csv",
        case_id=result.case_id,
        search_id=result.search_id,
        recipient="Press desk",
        because="picture credit",
        sources=frozenset({court.source.id}),
        faces=frozenset(candidate.face_id for candidate in result.candidates),
    )
    Disclose(court.made.records, shipped()).record(court.people["ada"].actor, export, b"\x01" * 32)
    (made,) = court.made.records.disclosures.of_faces([result.candidates[0].face_id])
    assert (made.recipient, made.because, made.sha256) == ("Press desk", "picture credit", b"\x01" * 32)
    assert '"operation":"disclosure"' in court.leaves()[-1]
    assert "Press" not in court.leaves()[-1]


def test_a_household_exports_freely_and_has_no_case_report(made):
    made.put(made.household(), Picture(path="one.jpg", vectors=(at_cosine(0.9),)))
    result = made.search(probes=(photo(),))
    assert result.stamp == "household"
    assert Disclose(made.records, shipped()).check(ACTOR, case_id=None, recipient="", because="") is False
    with pytest.raises(RefusedError, match="no case reports"):
        PrintCase(made.records, shipped(), read=PastSearches(made.records).read).run(ACTOR, result.case_id)


def test_a_case_report_gathers_searches_decisions_and_disclosures(court):
    result = court.search()
    court.decide("grace", result.candidates[0].candidate_id, "same")
    report = PrintCase(court.made.records, shipped(), read=court.past().read).run(court.people["ada"].actor, court.case)
    assert [past.search.id for past in report.searches] == [result.search_id]
    assert report.searches[0].result.candidates[0].decided == "same"
    assert set(report.names.values()) == {"Ada Owner", "grace", "linus"}


def test_a_reviewer_does_not_print_a_case_report(court):
    with pytest.raises(RefusedError) as refused:
        PrintCase(court.made.records, shipped(), read=court.past().read).run(court.people["grace"].actor, court.case)
    assert refused.value.rule == "role-allowed"


@pytest.mark.finding("Detroit")
def test_no_column_of_the_records_says_identified():
    from visavis.records import archive, tables  # noqa: F401 - importing the archive completes the metadata

    names = {f"{table.name}.{column.name}" for table in tables.metadata.tables.values() for column in table.columns}
    assert not {name for name in names if "identified" in name or "match" in name}


# ---- films


def in_a_film(court: Court) -> tuple[SearchResult, ProbePicture]:
    """Put a film of somebody who turns; return a search that finds the first face, and a probe that is like the second."""
    turning = (Seen(start=0, end=14.96, vector=at_cosine(1)), Seen(start=15, end=30, vector=at_cosine(0.6)))
    put_film(court.made, court.source, turning, seconds=30)
    return court.search(), photo(vector=at_cosine(0.6))


def test_what_is_decided_of_one_face_of_a_film_holds_for_its_whole_appearance(court):
    first, turned = in_a_film(court)
    assert first.candidates[0].path == "film.mp4"
    assert court.decide("grace", first.candidates[0].candidate_id, "not-the-same") == "not-the-same"
    other = court.search(probes=(turned,)).candidates[0]
    assert other.face_id != first.candidates[0].face_id
    assert other.decided == "not-the-same"
    court.decide("linus", other.candidate_id, "same", because="the other side of the face")
    assert court.search().candidates[0].decided == ""


def test_a_name_given_to_one_face_of_a_film_is_told_of_its_whole_appearance(court):
    _, turned = in_a_film(court)
    labelled(court, "Ada Byron")
    assert [candidate.labels for candidate in court.search(probes=(turned,)).candidates[:1]] == [("Ada Byron",)]


# ---- searching on with what was confirmed


def test_confirmed_faces_are_searched_with_by_their_mean(court):
    first = court.search()
    for candidate in first.candidates[:2]:
        court.decide("ada", candidate.candidate_id, "same")
    again = court.search(probes=(), confirmed=first.search_id)
    mean = at_cosine(0.9) + at_cosine(0.8, sideways=2)
    assert again.candidates[0].similarity == pytest.approx(float(at_cosine(0.9) @ mean / np.linalg.norm(mean)), abs=1e-3)
    assert again.probes == ()
    kept = court.past().read(again.search_id).probes
    assert {probe.face_id for probe in kept} == {candidate.face_id for candidate in first.candidates[:2]}


def test_without_a_confirmed_face_or_under_another_case_nothing_is_searched_with(court, made):
    first = court.search()
    with pytest.raises(InputError, match="decided to be the same"):
        court.search(probes=(), confirmed=first.search_id)
    home = made.household()
    made.put(home, Picture(path="home.jpg", vectors=(at_cosine(0.7),)))
    own = made.search()
    with pytest.raises(InputError, match="another case"):
        court.search(probes=(), confirmed=own.search_id)
