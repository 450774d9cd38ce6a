import dataclasses
from importlib import resources

import pytest

from visavis.domain.errors import SetupError
from visavis.law.fields import FIELDS
from visavis.law.policy import parse_policy

BYTES = resources.files("visavis.law").joinpath("packs", "base.toml").read_bytes()


def test_the_seven_profiles_of_the_design_are_there(policy):
    assert set(policy.profiles) == {"household", "trial", "consent", "archive", "tracing", "police", "evaluation"}


def test_the_mark_changes_with_any_byte_of_the_pack(policy):
    assert policy.mark.startswith("base 20")
    assert parse_policy(BYTES + b"\n").mark != policy.mark


def test_profiles_ask_only_for_fields_that_exist_and_articles_that_the_pack_knows(policy):
    known = {name.partition(".")[0] for name in FIELDS}
    for profile in policy.profiles.values():
        assert {*profile.compulsory, *profile.optional, *profile.defaults} <= known
        assert set(profile.purposes) <= set(policy.purposes)
        assert all(policy.articles[article].key == "basis" for article in profile.bases)
        assert all(policy.articles[article].key == "condition" for article in profile.conditions)
        assert profile.two_keys == bool(profile.bases) == bool(profile.conditions) == (not profile.statement)
        assert (profile.use == "source") == (not profile.refusal)


def test_no_accepted_article_is_also_refused(policy):
    assert not set(policy.articles) & set(policy.not_accepted)


def test_each_profile_with_two_keys_asks_for_them_and_for_children(policy):
    for profile in policy.profiles.values():
        if profile.two_keys:
            assert {"controller", "basis", "condition", "shows_children"} <= set(profile.compulsory)


@pytest.mark.parametrize("data", [b"name = 1", b"\xff", b"[", BYTES.replace(b"eea = ", b"eaa = "), BYTES + b"\n[extra]\n"])
def test_a_damaged_pack_does_not_load(data):
    with pytest.raises(SetupError):
        parse_policy(data)


def test_values_of_the_law_can_not_be_changed(policy):
    with pytest.raises(dataclasses.FrozenInstanceError):
        policy.mark = "other"
    assert shipped() is policy
