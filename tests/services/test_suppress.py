"""What an objection keeps, where it can be read, and what it does to faces that are there; every face is made."""

from pathlib import Path

import numpy as np
import pytest
from archive_forge import ACTOR, MACHINE, MadeArchive, Picture, at_cosine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visavis.decode.limits import Limits
from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError, RefusedError, UnreadablePicture
from visavis.domain.face import Box
from visavis.domain.ids import PersonId
from visavis.domain.media import Reason
from visavis.records.suppressions import Known, NewSuppression, plain_url
from visavis.services.suppress import Suppress, SuppressRequest

PRINT = np.random.default_rng(7).bytes(564)
HERE = Box(left=0.123456789, top=0.23456789, width=0.3456789, height=0.45678)


def out_of_reach(root: Path, path: str) -> bytes:
    raise UnreadablePicture("the drive is not there", reason=Reason.VANISHED)


def suppress(made: MadeArchive) -> Suppress:
    return Suppress(made.records, out_of_reach, Limits())


def face_ids(made: MadeArchive) -> list[str]:
    return [row[0] for row in made.sql("SELECT id FROM face ORDER BY number")]


def settle(made: MadeArchive) -> None:
    made.records.erasures.settle(lambda: made.records.work(ACTOR), made.index.remove)


def test_the_face_leaves_every_search_in_the_transaction_and_its_template_is_erased(made):
    family = made.household()
    made.put(family, Picture(path="a.jpg", vectors=(at_cosine(0.9), at_cosine(0.8))))
    first, second = face_ids(made)
    report = suppress(made).run(SuppressRequest(actor=MACHINE, faces=(first,), because="mine"))
    assert (report.faces, report.unseen) == (1, 1)
    assert [found.face_id for found in made.search().candidates] == [second]
    assert made.records.erasures.pending()
    settle(made)
    assert face_ids(made) == [second]


def test_exact_copies_in_other_sources_go_as_well(made):
    for title in ("Family", "Cousins"):
        made.put(made.household(title), Picture(path="a.jpg", vectors=(at_cosine(0.9),)))
    report = suppress(made).run(SuppressRequest(actor=MACHINE, faces=(face_ids(made)[0],), because="mine"))
    assert report.faces == 2
    assert made.search().candidates == ()


def test_a_face_under_a_hold_is_hidden_and_kept(made):
    made.put(made.household(), Picture(path="a.jpg", vectors=(at_cosine(0.9),)))
    made.sql("UPDATE media SET holds = 1")
    suppress(made).run(SuppressRequest(actor=MACHINE, faces=tuple(face_ids(made)), because="mine"))
    made.sql("UPDATE media SET holds = 0")
    settle(made)
    assert made.search().candidates == ()
    assert made.sql("SELECT state FROM face JOIN template ON face_number = number") == [("suppressed",)]


def test_an_organisation_asks_for_a_person_of_the_right_role(made):
    made.put(made.archive(), Picture(path="a.jpg", vectors=(at_cosine(0.9),)))
    request = {"faces": tuple(face_ids(made)), "because": "mine"}
    searcher = Actor(name="ivo", person_id=PersonId("ivo"), role=Role.INVESTIGATOR)
    for actor, rule in ((MACHINE, "person-needed"), (searcher, "role-allowed")):
        with pytest.raises(RefusedError) as caught:
            suppress(made).run(SuppressRequest(actor=actor, **request))
        assert caught.value.rule == rule
    clerk = Actor(name="rita", person_id=PersonId("rita"), role=Role.CLERK)
    assert suppress(made).run(SuppressRequest(actor=clerk, **request)).faces == 1


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), length=st.sampled_from([0, 564]), word=st.text("bcdfgh", min_size=12, max_size=20))
def test_what_an_objection_keeps_is_sealed_in_every_file_and_in_no_leaf(seed, length, word, made):
    """I9, of a mode that holds no template: box, print, URL and reason can be read nowhere but at the gate."""
    rng = np.random.default_rng(seed)
    box, shape = rng.uniform(0.01, 0.9, 4), rng.bytes(length)
    records = made.records
    new = NewSuppression(
        known=Known(sha256=word.encode(), urls=(f"https://{word}.example/a",), assets=(word,)),
        box=Box(left=box[0], top=box[1], width=box[2], height=box[3]),
        print=shape,
    )
    with records.work(ACTOR) as work:
        records.suppressions.add(work, [new], because=f"because {word}")
        work.leaf("alteration", what="suppressed")
    records._database.seal()
    leaves = b"".join(row[0] for row in made.sql("SELECT body FROM leaf"))
    files = b"".join(file.read_bytes() for file in made.folder.rglob("*") if file.is_file())
    secrets = (box.astype("<f8").tobytes(), shape or box.astype("<f8").tobytes(), word.encode())
    assert not any(secret in text for secret in secrets for text in (files, leaves))
    with records.work(ACTOR) as work:
        standing = records.suppressions.standing(work)
        work.leaf("consultation", what="read by a test")
    assert (standing.shapes[-1].box, standing.shapes[-1].print) == (new.box, shape)


def test_no_table_of_objections_can_hold_anything_of_a_face(made):
    tables = ("suppression", "suppression_mark", "suppression_total")
    kept = {"number", "id", "shape", "because", "key_id", "made_at", "lifted_at", "kind", "mark", "faces", "path"}
    columns = {row[1] for table in tables for row in made.sql(f"PRAGMA table_info({table})")}
    assert columns == kept | {"suppression_number", "source_number"}


def test_an_objection_that_is_lifted_can_be_read_no_more_and_is_lifted_once(made):
    with made.records.work(ACTOR) as work:
        (kept,) = made.records.suppressions.add(
            work, [NewSuppression(known=Known(assets=("AFP-1",)), box=HERE, print=PRINT)], because="mine"
        )
        work.leaf("alteration", what="suppressed")
    suppress(made).lift(MACHINE, kept, because="at their wish")
    with made.records.work(ACTOR) as work:
        assert made.records.suppressions.standing(work).shapes == ()
        work.leaf("consultation", what="read by a test")
    assert made.sql("SELECT shape, because FROM suppression") == [(None, None)]
    with pytest.raises(InputError):
        suppress(made).lift(MACHINE, kept, because="again")


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("https://Press.Example/2026/A.jpg", "press.example/2026/A.jpg"),
        ("press.example/2026/A.jpg/", "press.example/2026/A.jpg"),
        ("http://press.example/show?id=7", "press.example/show?id=7"),
        ("IMG [1].jpg", ""),
        ("https://[broken/a.jpg", ""),
        ("", ""),
    ],
)
def test_urls_are_compared_by_host_path_and_query(written, compared):
    assert plain_url(written) == compared
