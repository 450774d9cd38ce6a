import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError
from visavis.domain.ids import CaseId
from visavis.ledger.leaf import Leaf, Operation, canonical_json

AT = dt.datetime(2026, 11, 22, 10, 0, tzinfo=dt.UTC)
TEXT = st.text("aé\"'\\/\n\x00\x7f\u2028\ufb33😀", max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_canonical_json_reads_back_as_the_same_value(value):
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(TEXT, st.integers(0, 9), min_size=2, max_size=6))
def test_the_order_in_which_keys_were_put_in_does_not_matter(value):
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


def test_keys_are_ordered_by_utf_16_as_in_the_example_of_rfc_8785():
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical_json(dict.fromkeys(keys, 0)))) == ordered


def test_text_is_escaped_as_little_as_rfc_8785_allows():
    assert canonical_json("\u20ac$\x0f\nA'B\"\\/") == '"\u20ac$\\u000f\\nA\'B\\"\\\\/"'.encode()


@pytest.mark.parametrize("value", [0.5, float("nan"), 2**53, {1: "a"}, b"bytes", "\ud800"])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(InputError):
        canonical_json({"fact": value})


def test_a_leaf_is_written_byte_for_byte_as_documented():
    leaf = Leaf(
        seq=7,
        at=AT,
        actor=Actor(name="5f1c", role=Role.INVESTIGATOR),
        session="0192",
        operation=Operation.CONSULTATION,
        objects={"search": "0190"},
        purpose="catalogue",
        case_id=CaseId("0191"),
        policy="eu 1",
        sources=(1, 2),
        gallery_size=1041,
        model="made@1",
        threshold="0.363",
        commitments=("ab",),
        facts={"candidates": 3},
    )
    assert leaf.body() == (
        b'{"actor":{"mark":"5f1c","role":"investigator","session":"0192"},"at":"2026-11-22T10:00:00.000000Z","case":"0191",'
        b'"commitments":["ab"],"facts":{"candidates":3},"gallery_size":1041,"justification":null,"model":"made@1",'
        b'"objects":{"search":"0190"},"operation":"consultation","policy":"eu 1","purpose":"catalogue","recipients":[],"seq":7,'
        b'"sources":[1,2],"threshold":"0.363"}'
    )


def test_one_moment_in_two_time_zones_is_one_leaf():
    paris = AT.astimezone(dt.timezone(dt.timedelta(hours=1)))
    facts = {"seq": 0, "actor": Actor(name="a"), "operation": Operation.SET_UP}
    assert Leaf(at=AT, **facts).body() == Leaf(at=paris, **facts).body()


def test_a_leaf_without_a_time_zone_or_with_a_negative_number_is_refused():
    for seq, at in ((0, AT.replace(tzinfo=None)), (-1, AT)):
        with pytest.raises(InputError):
            Leaf(seq=seq, at=at, actor=Actor(name="a"), operation=Operation.SET_UP).body()


def test_the_operations_are_those_of_article_25_and_set_up():
    assert [operation.value for operation in Operation] == [
        "collection",
        "alteration",
        "consultation",
        "disclosure",
        "combination",
        "erasure",
        "set-up",
    ]
