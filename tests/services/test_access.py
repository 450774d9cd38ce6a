"""The answer to «what do you hold on me»: complete, confirmed by people, and with nobody else's face in it."""

import dataclasses
import datetime as dt
import hashlib
import io

import numpy as np
import pytest
from archive_forge import ACTOR, at_cosine
from cinema_forge import Seen, put_film
from PIL import Image
from request_forge import LEFT, RIGHT, SIDES, WHO, Bureau, encoded, open_bureau, photo, pixels
from square_film import Looker, box, film, seen

from visavis.decode.masking import GREY
from visavis.decode.video.film import open_film
from visavis.domain.errors import RefusedError
from visavis.domain.face import Box
from visavis.domain.ids import PersonId
from visavis.law.rulebook import shipped
from visavis.law.rules import Rule
from visavis.records.consents import ConsentText, NewConsent
from visavis.records.disclosures import Disclosure
from visavis.records.holdings import Hint
from visavis.records.suppressions import Known, NewSuppression
from visavis.services.access import FilmDoors, MaskedClip, films
from visavis.services.clip import ClipOrder, CutClip, Masking, span
from visavis.services.review import Decide, Labelling, LabelRequest, VerdictRequest
from visavis.services.search import PastSearches

OVERLAPPING = Box(left=0.22, top=0.35, width=0.2, height=0.3)
AT_THE_EDGE = Box(left=-0.05, top=0.6, width=0.3, height=0.5)
ME, SOMEBODY = at_cosine(1), at_cosine(0.1)


@pytest.fixture
def bureau(made) -> Bureau:
    return open_bureau(made)


def asked(bureau: Bureau, kind: str = "access") -> str:
    """Return a request whose person was found by a photograph, every candidate confirmed."""
    wanted = bureau.ask(kind).request_id
    bureau.search(wanted, ME)
    bureau.confirm_all(wanted)
    return wanted


def drawn_over(image: np.ndarray, box: Box, seed: int) -> np.ndarray:
    """Return the picture with other pixels within the box."""
    left, top, across, down = (round(side) for side in box.pixels(width=image.shape[1], height=image.shape[0]))
    other = image.copy()
    part = other[top : top + down, left : left + across]
    part[:] = np.random.default_rng(seed).integers(0, 255, part.shape, dtype=np.uint8)
    return other


def decide(bureau: Bureau, candidate: str, says: str) -> None:
    read = PastSearches(bureau.records).read
    who = bureau.made.owner
    request = VerdictRequest(actor=who.actor, candidate=candidate, says=says, grounds="the mole")
    Decide(bureau.records, read=read, signer=who).run(request)


def labelling(bureau: Bureau) -> Labelling:
    return Labelling(bureau.records, shipped(), read=PastSearches(bureau.records).read, signer=bureau.made.owner)


# ---- whole -------------------------------------------------------------------------------------------------------------------


@pytest.mark.finding("C2")
def test_a_picture_that_was_taken_in_five_years_ago_is_in_the_answer(bureau):
    source = bureau.made.archive()
    bureau.put(source, "old.png", (ME, LEFT))
    bureau.made.search(case_id=bureau.made.case_of(source))
    bureau.made.clock.at += dt.timedelta(days=5 * 365)
    bureau.put(source, "new.png", (ME, LEFT))
    said = bureau.answer(asked(bureau)).said
    assert [one["files"] for one in said["appearances"]] == [["old.png"], ["new.png"]]
    assert said["appearances"][0]["kept_since"] == "2026-11-22"
    assert [len(face["searches"]) for one in said["appearances"] for face in one["faces"]] == [1, 0]


@pytest.mark.finding("C6")
def test_a_person_who_was_planted_in_nine_stores_is_found_in_nine(bureau):
    source = bureau.made.archive()
    (key,) = bureau.put(source, "gala.png", (ME, LEFT), caption="Petra at the gala")
    face_id, case = bureau.face_id(key), bureau.made.case_of(source)
    (first,) = bureau.made.search(case_id=case, reason="box 12").candidates
    decide(bureau, first.candidate_id, "same")
    labelling(bureau).add(LabelRequest(actor=bureau.made.owner.actor, candidate=first.candidate_id, name="Petra Person"))
    (second,) = bureau.made.search(case_id=case, probes=(photo(ME, seed=9),)).candidates
    decide(bureau, second.candidate_id, "not-the-same")
    bureau.made.search(case_id=case, face_id=face_id, reason="more of her")
    given = Disclosure(
        case_id=case,
        search_id=first_search(bureau),
        what="search-html",
        sha256=bytes(32),
        recipient="Le Journal",
        because="an article",
        person_id=PersonId("wilhelmina"),
        sources=(source.id,),
        faces=(face_id,),
    )
    with bureau.records.work(ACTOR) as work:
        bureau.records.disclosures.record(work, given)
    earlier = bureau.ask("rectification").request_id
    package = bureau.answer(asked(bureau))
    (picture,) = package.said["appearances"]
    (face,) = picture["faces"]
    stores = {
        "picture": picture["caption"] == "Petra at the gala" and "pictures/0001.jpg" in package.files,
        "place": picture["files"] == ["gala.png"],
        "template": [kept["pack"] for kept in face["templates"]] == [bureau.records.pack_id],
        "searches": [found["reason"] for found in face["searches"]][:1] == ["box 12"] and len(face["searches"]) == 3,
        "searched with": len(face["searches_made_with_it"]) == 1,
        "decisions": [one["says"] for one in face["decisions"]] == ["same", "not-the-same"],
        "labels": [label["name"] for label in face["labels"]] == ["Petra Person"],
        "disclosures": [gone["recipient"] for gone in face["disclosures"]] == ["Le Journal"],
        "requests": [one["id"] for one in package.said["other_requests"]] == [earlier],
    }
    assert stores == dict.fromkeys(stores, True)
    assert len(face["decided_not_the_same"]) == 1
    assert picture["source"]["basis"]["article"] == "6(1)(e)"
    assert picture["source"]["controller"]["name"] == "Museum of Example"
    for word in ("Petra at the gala", "Le Journal", "box 12", "Petra Person", "Museum of Example", "made@1"):
        assert word in package.page


@pytest.mark.finding("C6")
def test_a_consent_and_an_objection_to_a_face_are_in_the_answer(bureau):
    source = bureau.made.archive()
    bureau.put(source, "gala.png", (ME, LEFT))
    ((number, face_id),) = bureau.made.sql("SELECT number, id FROM face")
    (content,) = bureau.made.sql("SELECT sha256 FROM media")[0]
    given = NewConsent(
        person="Petra Person", text=ConsentText(version="1", words="You may search my pictures."), means="paper", purposes=("catalogue",),
        files=("*",), proof="folder 7", given_at=bureau.made.clock.now(),
    )  # fmt: skip
    elsewhere = Box(left=0.9, top=0.9, width=0.05, height=0.05)
    with bureau.records.work(ACTOR) as work:
        consent = bureau.records.consents.add(work, given, source_number=source.number)
        bureau.records.consents.link(work, bureau.records.consents.of()[0], [number])
        objections = [NewSuppression(known=Known(sha256=content), box=box) for box in (LEFT, elsewhere)]
        mine, _ = bureau.records.suppressions.add(work, objections, because="mine")
        work.leaf("alteration", what="made for this test")
    (face,) = bureau.answer(asked(bureau)).said["appearances"][0]["faces"]
    assert face["face_id"] == face_id
    assert [(one["id"], one["by"], one["withdrawn"]) for one in face["consents"]] == [(consent, "Petra Person", None)]
    assert [one["id"] for one in face["objections"]] == [mine]


def first_search(bureau: Bureau) -> str:
    return bureau.made.sql("SELECT id FROM search ORDER BY id LIMIT 1")[0][0]


@pytest.mark.finding("C6")
def test_the_answer_holds_no_vector_no_hash_of_an_original_and_no_path_of_the_machine(bureau):
    source = bureau.made.archive()
    key, _ = bureau.put(source, "a.png", (ME, LEFT), (SOMEBODY, RIGHT))
    package = bureau.answer(asked(bureau))
    row = bureau.records.rows.read(np.array([key]))[0]
    digest = hashlib.sha256((source.roots[0].path / "a.png").read_bytes())
    texts = package.files["data.json"] + package.files["index.html"]
    for secret in (digest.hexdigest().encode(), str(bureau.made.folder).encode(), row.astype("<f2").tobytes()):
        assert secret not in texts


def test_the_hash_of_what_was_sent_is_in_the_ledger(bureau):
    bureau.put(bureau.made.archive(), "a.png", (ME, LEFT))
    wanted = asked(bureau)
    package = bureau.answer(wanted)
    leaf = bureau.leaves()[-1]
    assert (leaf["operation"], leaf["facts"]["sha256"]) == ("disclosure", hashlib.sha256(package.body).hexdigest())
    assert bureau.one(wanted).answer_sha256 == hashlib.sha256(package.body).digest()


# ---- nobody else -------------------------------------------------------------------------------------------------------------


@pytest.mark.finding("C6")
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
@pytest.mark.parametrize(
    "stranger", [RIGHT, Box(left=0.22, top=0.35, width=0.2, height=0.3), Box(left=-0.05, top=0.6, width=0.3, height=0.5)]
)
def test_two_originals_that_differ_only_in_a_strangers_box_give_the_identical_package_picture(bureau, form, stranger):
    source, image = bureau.made.archive(), pixels(3, sides=(1200, 900))
    options = {"quality": 88, "subsampling": "4:2:0"} if form == "JPEG" else {}
    for name, seed in (("one", 1), ("two", 2)):
        bureau.put(source, name, (ME, LEFT), (SOMEBODY, stranger), body=encoded(drawn_over(image, within(stranger), seed), form, **options))
    package = bureau.answer(asked(bureau))
    first, second = package.files["pictures/0001.jpg"], package.files["pictures/0002.jpg"]
    assert first == second
    assert package.files["pictures/0001-face-1.jpg"] == package.files["pictures/0002-face-1.jpg"]
    bodies = [(source.roots[0].path / name).read_bytes() for name in ("one", "two")]
    assert bodies[0] != bodies[1]
    assert [one["other_faces_masked"] for one in package.said["appearances"]] == [1, 1]


def within(box: Box) -> Box:
    """Return the part of a box that lies in the picture."""
    left, top = max(0.0, box.left), max(0.0, box.top)
    return Box(left=left, top=top, width=min(1.0, box.left + box.width) - left, height=min(1.0, box.top + box.height) - top)


@pytest.mark.finding("C6")
def test_every_other_face_of_a_picture_is_grey_whatever_its_state_and_the_persons_own_is_not(bureau):
    source = bureau.made.archive()
    keys = bureau.put(source, "a.png", (ME, LEFT), (SOMEBODY, RIGHT))
    bureau.made.sql(f"UPDATE face SET state = 'suppressed' WHERE id = '{bureau.face_id(keys[1])}'")
    shown = bureau.answer(asked(bureau)).picture()
    assert shown.shape == (SIDES[1], SIDES[0], 3)
    middle = shown[150, round(SIDES[0] * 0.72)]
    assert np.abs(middle.astype(int) - GREY).max() <= 2
    own = shown[130:180, 60:110].astype(int) - pixels(sum(b"a.png"))[130:180, 60:110]
    assert np.abs(own).mean() < 6  # JPEG, quality 90


@pytest.mark.finding("C6")
def test_a_face_that_nobody_stored_is_masked_when_a_detector_finds_it_now(bureau):
    bureau.put(bureau.made.archive(), "a.png", (ME, LEFT))
    seen = []

    def find_faces(image):
        seen.append(image.shape)
        nudged = Box(left=LEFT.left + 0.01, top=LEFT.top, width=LEFT.width, height=LEFT.height)
        return [nudged, RIGHT]

    package = bureau.answer(asked(bureau), find_faces=find_faces)
    assert seen == [(SIDES[1], SIDES[0], 3)]
    assert package.said["appearances"][0]["other_faces_masked"] == 1
    assert np.abs(package.picture()[150, round(SIDES[0] * 0.72)].astype(int) - GREY).max() <= 2


@pytest.mark.finding("C6")
def test_an_original_that_was_changed_or_is_gone_is_named_and_not_shown(bureau):
    source = bureau.made.archive()
    bureau.put(source, "changed.png", (ME, LEFT), (SOMEBODY, RIGHT))
    bureau.put(source, "gone.png", (ME, LEFT))
    (source.roots[0].path / "changed.png").write_bytes(encoded(pixels(99)))
    (source.roots[0].path / "gone.png").unlink()
    package = bureau.answer(asked(bureau))
    assert package.written.unread == 2
    assert [one["original_could_be_read"] for one in package.said["appearances"]] == [False, False]
    assert not [name for name in package.files if name.startswith("pictures/")]
    assert "could not be read" in package.page


# ---- the other kinds ---------------------------------------------------------------------------------------------------------


def test_what_is_taken_along_is_only_what_the_person_gave_under_consent_or_contract(bureau):
    museum = bureau.made.archive()
    bureau.put(museum, "museum.png", (ME, LEFT))
    assert bureau.answer(asked(bureau, "portability")).said["appearances"] == []
    toml = museum.charter_toml.replace('article = "6(1)(e)"', 'article = "6(1)(a)"').replace('article = "9(2)(j)"', 'article = "9(2)(a)"')
    changed = dataclasses.replace(museum, charter_toml=toml)
    bureau.records.sources.all = lambda: [changed]
    package = bureau.answer(asked(bureau, "portability"))
    (picture,) = package.said["appearances"]
    assert picture["picture"] in package.files
    assert "faces" not in picture
    assert "how_it_works" not in package.said


def test_a_wrong_name_is_removed_and_stays_removed(bureau):
    source = bureau.made.archive()
    (key,) = bureau.put(source, "a.png", (ME, LEFT))
    case = bureau.made.case_of(source)
    (first,) = bureau.made.search(case_id=case).candidates
    decide(bureau, first.candidate_id, "same")
    label = labelling(bureau).add(LabelRequest(actor=bureau.made.owner.actor, candidate=first.candidate_id, name="Petra Person"))
    wanted = bureau.ask("rectification").request_id
    bureau.correct(wanted, label)
    assert bureau.records.labels.of_anchors([bureau.records.searches.anchor_of(bureau.face_id(key))]) == []
    past = PastSearches(bureau.records).read(first_search(bureau))
    assert [one.decided for one in past.result.candidates] == ["not-the-same"]
    # another search, another decision: the face is still not called so
    (again,) = bureau.made.search(case_id=case, probes=(photo(ME, seed=9),)).candidates
    decide(bureau, again.candidate_id, "same")
    for name in ("Petra Person", "PETRA  person"):
        with pytest.raises(RefusedError) as refused:
            labelling(bureau).add(LabelRequest(actor=bureau.made.owner.actor, candidate=again.candidate_id, name=name))
        assert refused.value.rule == Rule.LABEL_CORRECTED
    labelling(bureau).add(LabelRequest(actor=bureau.made.owner.actor, candidate=again.candidate_id, name="Paula Person"))
    bureau.look.by_hint(bureau.clerk.actor, wanted, Hint(name="a.png"), how="file")
    bureau.confirm_all(wanted)
    assert "1 wrong link was removed" in bureau.answer(wanted).said["done"][0]


def test_a_rectification_that_corrected_nothing_is_not_called_done(bureau):
    bureau.put(bureau.made.archive(), "a.png", (ME, LEFT))
    with pytest.raises(RefusedError) as refused:
        bureau.answer(asked(bureau, "rectification"))
    assert refused.value.rule == Rule.CARRIED_OUT


def test_what_a_person_wrote_is_escaped_on_the_page(bureau):
    bureau.put(bureau.made.archive(), "a.png", (ME, LEFT), caption="<script>alert(1)</script>")
    wanted = bureau.ask("access", WHO, text="<b>").request_id
    bureau.search(wanted, ME)
    bureau.confirm_all(wanted)
    assert "<script>" not in bureau.answer(wanted).page


# ---- films -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def filmed(bureau):
    """Return a bureau whose museum holds a film of squares, in which the red one was taken for my face and the blue one for another's."""
    source = bureau.made.archive()
    data = film(lambda _: {"red": (60, 70), "blue": (220, 70)}, 60)
    (source.roots[0].path / "gala.mkv").write_bytes(data)
    plan = [Seen(start=0.4, end=1.4, vector=ME), Seen(start=0.4, end=2, vector=SOMEBODY)]
    put_film(bureau.made, source, plan, path="gala.mkv", seconds=2.4)
    sql = bureau.made.sql
    sql(f"UPDATE media SET sha256 = x'{hashlib.sha256(data).hexdigest()}'")
    sql("UPDATE film SET time_base = '1/1000'")
    sql("UPDATE appearance SET start_ticks = start_ticks / 90, end_ticks = end_ticks / 90")
    for place, number in (((60, 70), 1), ((220, 70), 2)):
        where = box(*place)
        sides = f"left = {where.left}, top = {where.top}, width = {where.width}, height = {where.height}"
        sql(f"UPDATE face SET at_ticks = 400, {sides} WHERE number = {number}")
    return bureau


def doors(cut) -> FilmDoors:
    return FilmDoors(open_stream=lambda root, path: (root / path).open("rb"), cut=cut, find_faces=lambda _: ())


def cut_masked(stream, moment, own, seconds):
    target, (start, end) = io.BytesIO(), span(moment, seconds)
    order = ClipOrder(start_ticks=start, end_ticks=end, own=tuple(own), masking=Masking.OTHERS)
    with open_film(stream) as opened:
        made = CutClip(Looker(), threshold=0.5).run(opened, order, target)
    return MaskedClip(mp4=target.getvalue(), poster=made.poster, masked=made.masked)


@pytest.mark.finding("C6")
def test_of_a_film_the_person_gets_still_and_clip_in_which_nobody_else_is_to_be_seen(filmed):
    package = filmed.answer(asked(filmed), films=doors(cut_masked))
    (appearance,) = package.said["appearances"]
    (moment,) = appearance["moments"]
    assert (moment["start_s"], moment["end_s"], moment["timecode"]) == (0.4, 1.4, "10:00:00:10-10:00:01:10")
    assert {"films/0001-1.mp4", "films/0001-1.jpg", "films/0001-1-face.jpg"} <= set(package.files)
    still = np.asarray(Image.open(io.BytesIO(package.files[moment["still"]])))
    assert sorted(seen(still)) == ["red"]
    with open_film(io.BytesIO(package.files[moment["clip"]])) as opened:
        assert {tuple(sorted(seen(frame.rgb()))) for frame in opened.frames()} == {("red",)}
    assert moment["clip"] in package.page


def test_of_a_film_that_was_changed_only_the_times_are_given(filmed):
    (source,) = filmed.records.sources.all()
    (source.roots[0].path / "gala.mkv").write_bytes(b"another film")
    package = filmed.answer(asked(filmed), films=doors(cut_masked))
    (moment,) = package.said["appearances"][0]["moments"]
    assert (moment["start_s"], moment["clip"], moment["still"]) == (0.4, None, None)
    assert package.written.unread == 1


def test_a_package_that_is_full_says_what_it_leaves_out(filmed, monkeypatch):
    monkeypatch.setattr(films, "PACKAGE_S", 0.0)
    package = filmed.answer(asked(filmed), films=doors(cut_masked))
    (moment,) = package.said["appearances"][0]["moments"]
    assert (moment["left_out"], moment["clip"]) == (True, None)
    assert "would have become too large" in package.page
