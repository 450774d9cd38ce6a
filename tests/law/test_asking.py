"""A charter as questions: every field is asked once, in the profile's own words, and nothing is asked that the law does not know."""

import pytest

from visavis.law.asking import ASKS, questions, terms
from visavis.law.fields import FIELDS, TABLES
from visavis.law.reading import unfit

NOT_ASKED = {"profile", "statement", "extends", "evidence.file", "evidence.sha256"}
"""The profile comes first, its statement is declared, files bring their own hash, and a page completes no other file."""


def test_every_field_of_a_charter_has_its_question():
    assert set(ASKS) == (set(FIELDS) | set(TABLES)) - NOT_ASKED


@pytest.mark.parametrize("name", ["trial", "consent", "archive", "tracing", "police"])
def test_a_profile_asks_all_that_is_compulsory_and_each_thing_once(rules, name):
    policy = rules.governing(name)
    profile = policy.profiles[name]
    asked = questions(profile, policy)
    keys = [question.key for question in asked]
    assert len(keys) == len(set(keys))
    assert set(profile.compulsory) <= {*keys, "profile", "statement"}
    assert all(question.inputs for question in asked)
    needed = {question.key for question in asked if question.needed}
    assert needed == set(profile.compulsory) - set(profile.defaults) - {"statement"}


def test_an_article_is_told_in_the_words_of_the_pack(rules):
    policy = rules.governing("police")
    (article,) = [
        one for question in questions(policy.profiles["police"], policy) for one in question.inputs if one.name == "basis.article"
    ]
    assert [choice.word for choice in article.choices] == list(policy.profiles["police"].bases)
    assert all(choice.says == policy.articles[choice.word].says for choice in article.choices)


def test_no_standing_case_is_asked_where_the_profile_has_none(rules):
    for name, there in (("archive", True), ("tracing", False)):
        policy = rules.governing(name)
        assert ("standing_case" in [question.key for question in questions(policy.profiles[name], policy)]) is there


def test_a_question_is_told_what_is_wrong_with_its_own_fields_only(rules):
    policy = rules.governing("archive")
    document = {"profile": "archive", "title": 7, "retention": {"rule": "never"}}
    assert [name for name, _ in unfit(document, policy.profiles["archive"], {"title"})] == ["title"]
    assert {name for name, _ in unfit(document, policy.profiles["archive"], {"retention.rule", "retention.action"})} == {
        "retention.rule",
        "retention.action",
    }
    told = unfit({"evidence": [{"file": "a", "sha256": "b"}]}, policy.profiles["archive"], {"evidence.sha256"})
    assert [name for name, _ in told] == ["evidence[1].sha256"]


def test_the_terms_of_a_profile_say_who_signs_who_approves_and_what_leaves(rules):
    profiles = ("household", "trial", "police", "tracing")
    told = {name: " ".join(text % {"n": n} for text, n in terms(rules.profile(name))) for name in profiles}
    assert "nobody signs" in told["household"]
    assert "No result leaves the house" in told["trial"]
    assert "2 other people" in told["police"]
    assert "approved by another person" in told["tracing"]
