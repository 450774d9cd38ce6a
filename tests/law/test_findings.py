"""What authorities found elsewhere, asked of a charter and of a search here; of an archive in tests/services/test_findings_kept.py.

Each test is marked with the finding that it answers; docs/law/findings.md is made from the marks (tests/law/test_findings_page.py).
"""

import dataclasses
import datetime as dt

import pytest

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import CharterInvalid, RefusedError
from visavis.domain.ids import CaseId, PersonId, SourceId
from visavis.domain.media import PictureMetadata
from visavis.law.admit import keep
from visavis.law.charter import check_usable
from visavis.law.clear import clear
from visavis.law.disclosure import check_disclosure
from visavis.law.facts import CaseFacts, SourceFacts
from visavis.law.reading import charter_from
from visavis.law.reviews import decided
from visavis.law.roles import Act, check_role
from visavis.law.search_gates import SearchRequest

AT = dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC)
ADA = PersonId("ada")
PARIS = {"latitude": 48.8566, "longitude": 2.3522}


@pytest.fixture
def problems(whole, rules):
    """Return what is wrong with an archive's charter after a change, by field."""

    def asked(change, profile="archive"):
        document = whole(profile)
        change(document)
        with pytest.raises(CharterInvalid) as refused:
            charter_from(document, rules)
        return dict(refused.value.problems)

    return asked


def refused_search(source: SourceFacts, rules, *, purpose: str = "catalogue") -> str:
    facts = {"kind": "standing", "profile": "archive", "purpose": purpose, "sources": frozenset({source.id}), "opened_at": AT}
    case = CaseFacts(id=CaseId("desk"), **facts)
    request = SearchRequest(actor=Actor(name="ada", person_id=ADA), floor=0.3, reason="box 12")
    with pytest.raises(RefusedError) as refused:
        clear(request, [source], case, rules, at=AT)
    return str(refused.value.rule)


@pytest.mark.finding("C1")
@pytest.mark.parametrize("key", ["basis", "condition"])
def test_a_source_without_both_keys_is_refused_by_the_field_that_lacks(key, problems):
    assert f"{key}.article" in problems(lambda document: document.pop(key))


@pytest.mark.finding("C1")
@pytest.mark.parametrize("article", ["public", "9(2)(e)"])
def test_that_faces_are_public_opens_nothing(article, problems):
    assert "opens nothing here" in problems(lambda document: document["condition"].update(article=article))["condition.article"]


@pytest.mark.finding("C8")
@pytest.mark.parametrize("retention", [None, {"rule": "for ever", "action": "erase"}, {"rule": "fixed", "action": "erase"}])
def test_a_source_says_how_long_it_is_kept_and_for_ever_is_no_answer(retention, problems):
    def change(document):
        document.pop("retention") if retention is None else document.update(retention=retention)

    assert any(field.startswith("retention") for field in problems(change))


@pytest.mark.finding("C9")
def test_the_place_of_a_picture_is_dropped_unless_its_charter_keeps_it(chartered):
    kept = keep(PictureMetadata(caption="Mr X at home", **PARIS), chartered("archive", place="none", metadata=[]))
    assert (kept.latitude, kept.longitude, kept.caption) == (None, None, "")
    assert keep(PictureMetadata(**PARIS), chartered("archive", place="exact")).latitude == PARIS["latitude"]


@pytest.mark.finding("C10")
def test_nobody_leaves_open_whether_children_are_shown(problems):
    assert "shows_children" in problems(lambda document: document.pop("shows_children"))


@pytest.mark.finding("C10")
@pytest.mark.parametrize("profile", ["archive", "consent", "tracing"])
def test_a_source_that_shows_children_needs_an_impact_assessment(profile, problems):
    assert "dpia" in problems(lambda document: document.pop("dpia"), profile)


@pytest.mark.finding("Italy")
@pytest.mark.finding("Greece")
def test_a_controller_outside_the_union_names_a_representative_in_it(problems, whole, rules):
    found = problems(lambda document: document["controller"].update(country="US", public_authority=False))
    assert "Art. 27" in found["controller.representative"]
    document = whole("archive")
    document["controller"].update(country="US", representative="Deputy of Example, Dublin")
    assert charter_from(document, rules).controller.representative


@pytest.mark.finding("Italy")
def test_what_was_collected_for_one_purpose_is_not_searched_for_another(chartered, rules):
    source = SourceFacts(id=SourceId("s"), number=1, state="live", charter=chartered("archive"))
    assert refused_search(source, rules, purpose="journalism") == "purpose-allowed"


@pytest.mark.finding("Netherlands")
def test_the_basis_is_the_controllers_own_and_never_a_clients(problems):
    found = problems(lambda document: document["basis"].update(holder="Police of Example"))
    assert "can't be lent" in found["basis.holder"]


@pytest.mark.finding("Sweden")
def test_without_an_impact_assessment_nothing_is_searched(chartered, rules):
    charter = dataclasses.replace(chartered("archive"), dpia="")
    assert refused_search(SourceFacts(id=SourceId("s"), number=1, state="live", charter=charter), rules) == "dpia-signed"


@pytest.mark.finding("Sweden")
@pytest.mark.finding("Illinois")
@pytest.mark.parametrize("profile", ["archive", "consent", "tracing", "police"])
def test_nobody_searches_an_organisations_pictures_without_a_key_of_their_own(profile):
    with pytest.raises(RefusedError) as refused:
        check_role(Actor(name="whoever sits there"), Act.SEARCH, profile=profile)
    assert refused.value.rule == "person-needed"


@pytest.mark.finding("Sweden")
def test_who_watches_over_searches_makes_none():
    for role in (Role.OFFICER, Role.AUDITOR, Role.CLERK):
        with pytest.raises(RefusedError):
            check_role(Actor(name="olga", person_id=ADA, role=role), Act.SEARCH, profile="archive")


@pytest.mark.finding("Canada")
def test_where_a_country_asks_for_a_registration_no_source_is_kept_without_one(chartered, rules):
    quebec = rules.joined_by(b'name = "qc"\nversion = "1"\nextends = "eu 2026-11-22"\nprior_registration = ["CA-QC"]\n')
    charter = dataclasses.replace(chartered("archive"), policy="qc", jurisdiction=("CA-QC",))
    with pytest.raises(RefusedError) as refused:
        check_usable(charter, quebec, at=AT)
    assert refused.value.rule == "prior-registration"
    check_usable(dataclasses.replace(charter, registration="CAI 2026-17"), quebec, at=AT)


@pytest.mark.finding("Illinois")
def test_a_trials_results_never_leave_the_house(rules):
    with pytest.raises(RefusedError) as refused:
        check_disclosure([rules.profile("trial")], recipient="a friend at the police", because="to see")
    assert refused.value.rule == "export-allowed"


@pytest.mark.finding("Detroit")
@pytest.mark.parametrize("profile", ["tracing", "police"])
def test_one_opinion_decides_nothing_where_two_are_asked(profile, rules):
    needed = rules.profile(profile).reviewers
    assert (needed, decided(["same"], needed), decided(["same", "not-the-same"], needed)) == (2, "open", "disagreement")
