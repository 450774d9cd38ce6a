import dataclasses
import hashlib
import re
from importlib import resources

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.errors import InputError, RefusedError, SetupError
from visavis.law.fields import FIELDS
from visavis.law.roles import UNNAMED
from visavis.law.rulebook import PINNED, load_local, pinned, shipped
from visavis.law.rules import Rule

FOLDER = resources.files("visavis.law").joinpath("packs")
EU = FOLDER.joinpath("eu-2026-11-22.toml").read_bytes()
LOCAL = b'name = "house"\nversion = "1"\nextends = "eu 2026-11-22"\nsays = "our own"\n[profiles.archive]\nmost_candidates = 10\n'
OWNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = OWNER.public_key().public_bytes_raw()


def signed(body):
    return OWNER.sign(hashlib.sha256(body).digest())


PACKS = [pytest.param(policy, id=policy.name) for policy in shipped().marks.values()]


def test_the_seven_profiles_of_the_design_are_there(rules):
    assert set(rules.profiles) == {"household", "trial", "consent", "archive", "tracing", "police", "evaluation"}


@pytest.mark.parametrize("policy", PACKS)
def test_profiles_ask_only_for_fields_that_exist_and_articles_that_the_pack_knows(policy):
    known = {name.partition(".")[0] for name in FIELDS}
    for profile in policy.profiles.values():
        assert {*profile.compulsory, *profile.optional, *profile.defaults} <= known
        assert set(profile.purposes) <= set(policy.purposes)
        assert all(policy.articles[article].key == "basis" for article in profile.bases)
        assert all(policy.articles[article].key == "condition" for article in profile.conditions)
        assert profile.two_keys == bool(profile.bases) == bool(profile.conditions) == (not profile.statement)
        assert (profile.use == "source") == (not profile.refusal)
        assert profile.exports in ("free", "recorded", "no")
        assert ("standing_case" in (*profile.compulsory, *profile.optional)) == (profile.standing_months > 0)


@pytest.mark.parametrize("policy", PACKS)
def test_no_accepted_article_is_also_refused_and_the_table_of_purposes_is_closed(policy):
    assert not set(policy.articles) & set(policy.not_accepted)
    assert {*policy.compatible, *(other for others in policy.compatible.values() for other in others)} <= set(policy.purposes)


@pytest.mark.parametrize("policy", PACKS)
def test_each_profile_with_two_keys_asks_for_them_for_children_and_for_an_assessment_that_a_trial_is_spared(policy):
    for profile in policy.profiles.values():
        if profile.two_keys:
            assert {"controller", "basis", "condition", "shows_children"} <= set(profile.compulsory)
            assert ("dpia" in profile.compulsory) == (profile.name != "trial")


@pytest.mark.parametrize("policy", PACKS)
def test_what_is_marked_unverified_stands_in_the_pack(policy):
    for name in policy.unverified:
        place = policy.document
        for part in name.split("."):
            assert part in place, name
            place = place[part]


@pytest.mark.parametrize("policy", PACKS)
def test_only_the_profiles_that_need_no_person_are_small(policy):
    for profile in policy.profiles.values():
        assert profile.person_needed == (profile.name not in UNNAMED)
        if profile.name in ("household", "trial"):
            assert (profile.case_reports, profile.stamp, profile.most_probes is None) == (False, profile.name, False)


def test_police_and_tracing_have_approvals_two_reviewers_one_face_and_no_standing_case(rules):
    for name, approvals in (("police", 2), ("tracing", 1)):
        profile = rules.profile(name)
        assert (profile.approvals, profile.reviewers, profile.one_face, profile.standing_months) == (approvals, 2, True, 0)
        assert None not in (profile.most_candidates, profile.most_searches, profile.most_case_days)
    assert not rules.profile("police").self_approval


@pytest.mark.parametrize("name", PINNED)
@given(place=st.floats(0, 0.999), bit=st.integers(0, 7))
def test_a_shipped_pack_with_one_bit_changed_is_refused(name, place, bit):
    body = bytearray(FOLDER.joinpath(name).read_bytes())
    body[int(place * len(body))] ^= 1 << bit
    with pytest.raises(SetupError, match=re.escape(name)):
        pinned(bytes(body), PINNED[name], name)


def test_every_file_among_the_packs_is_pinned():
    assert {file.name for file in FOLDER.iterdir()} == set(PINNED)


@pytest.mark.parametrize(
    ("charter", "pack"),
    [
        ({"profile": "household"}, "eu"),
        ({"profile": "archive", "country": "FR"}, "fr"),
        ({"profile": "archive", "country": "GB"}, "uk"),
        ({"profile": "archive", "country": "DE"}, "eu"),
        ({"profile": "police", "country": "FR"}, "led-eu"),
        ({"profile": "archive", "country": "FR", "named": "eu"}, "eu"),
    ],
)
def test_a_charter_is_governed_by_the_pack_it_names_else_its_profiles_else_its_countrys(charter, pack, rules):
    assert rules.governing(**charter).name == pack


def test_what_a_pack_extends_fills_in_what_it_leaves_out(rules):
    eu, uk = rules.pack("eu"), rules.pack("uk")
    assert uk.profiles == eu.profiles
    assert (uk.clocks.pause, eu.clocks.pause, uk.clocks.breach_hours) == (True, False, 72)


def test_an_unknown_pack_and_an_unknown_mark_are_refused(rules):
    for ask in (rules.pack, rules.marked):
        with pytest.raises(InputError):
            ask("atlantis")


def test_a_local_pack_joins_by_its_owners_signature_and_a_past_day_keeps_the_old_one(rules):
    more = load_local(rules, LOCAL, signature=signed(LOCAL), public_key=PUBLIC)
    first = more.pack("house")
    assert first.profiles["archive"].most_candidates == 10
    later = LOCAL.replace(b'version = "1"', b'version = "2"').replace(b"= 10", b"= 5")
    most = load_local(more, later, signature=signed(later), public_key=PUBLIC)
    assert most.pack("house").profiles["archive"].most_candidates == 5
    assert most.marked(first.mark) == first
    assert rules.pack("eu") == most.pack("eu")


@given(place=st.integers(0, len(LOCAL) - 1), bit=st.integers(0, 7))
def test_a_local_pack_that_was_changed_after_signing_is_refused(place, bit, rules):
    body = bytearray(LOCAL)
    body[place] ^= 1 << bit
    with pytest.raises(RefusedError) as caught:
        load_local(rules, bytes(body), signature=signed(LOCAL), public_key=PUBLIC)
    assert caught.value.rule == Rule.PACK_SIGNED


@pytest.mark.parametrize(("signature", "public_key"), [(b"", PUBLIC), (signed(LOCAL), b"short"), (signed(LOCAL), bytes(32))])
def test_a_local_pack_without_its_owners_signature_is_refused(signature, public_key, rules):
    with pytest.raises(RefusedError, match="signature"):
        load_local(rules, LOCAL, signature=signature, public_key=public_key)


def test_a_local_pack_can_not_take_the_name_of_a_shipped_one(rules):
    body = LOCAL.replace(b'"house"', b'"eu"')
    with pytest.raises(SetupError, match="shipped"):
        load_local(rules, body, signature=signed(body), public_key=PUBLIC)


@pytest.mark.parametrize(
    "limit",
    [
        (b"least_log_months = 6", b"least_log_months = 121"),
        (b"least_review_months = 1", b"least_review_months = 61"),
        (b"answer_months = 1 ", b"answer_months = 4 "),
    ],
)
def test_a_pack_whose_least_is_above_its_most_does_not_load(limit, rules):
    with pytest.raises(SetupError, match="above its most"):
        rules.joined_by(EU.replace(*limit))


@pytest.mark.parametrize(
    "body",
    [b"name = 1", b"\xff", b"[", EU.replace(b"eea = ", b"eaa = "), EU + b"\n[extra]\n", LOCAL.replace(b"2026-11-22", b"2020-01-01")],
)
def test_a_damaged_pack_does_not_load(body, rules):
    with pytest.raises(SetupError):
        rules.joined_by(body)


def test_the_mark_changes_with_any_byte_of_the_pack(rules):
    mark = rules.pack("eu").mark
    assert mark.startswith("eu 2026-11-22 ")
    assert rules.joined_by(EU + b"\n").pack("eu").mark != mark


def test_the_floor_is_the_threshold_at_the_packs_rate_or_at_the_next_lower(rules):
    assert rules.floor({0.1: 0.3, 0.03: 0.35, 0.01: 0.4}) == 0.3
    assert rules.floor({0.5: 0.1, 0.03: 0.35, 0.01: 0.4}) == 0.35
    with pytest.raises(SetupError):
        rules.floor({0.5: 0.1})


def test_values_of_the_law_can_not_be_changed(rules):
    with pytest.raises(dataclasses.FrozenInstanceError):
        rules.pack("eu").mark = "other"
    with pytest.raises(TypeError):
        rules.marks["x"] = rules.pack("eu")
    assert shipped() is rules


def test_each_rule_says_in_one_line_what_it_asks_for():
    assert all(rule.says and "\n" not in rule.says for rule in Rule)
    assert Rule("case-open") is Rule.CASE_OPEN
