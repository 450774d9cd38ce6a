"""Animated GIF and WebP through the whole engine: films, without the extra that other films need."""

import io
from pathlib import Path

import pytest
from PIL import Image

import visavis
from visavis.services.erasure import EraseQuestion

CAST = ("rishi-sunak.jpg", "eileen-collins.jpg")
FRAMES, STEP_MS = 15, 100
OPTIONS = {"GIF": {"disposal": 2}, "WEBP": {"quality": 80, "method": 0}}


def animation(examples: Path, form: str, *, cast: tuple[str, ...] = CAST, each: int = FRAMES) -> bytes:
    """Return an animation in which people are seen, one after the other, each for some frames, moving a little."""
    frames = []
    for name in cast:
        with Image.open(examples / name) as photo:
            photo.thumbnail((260, 260))
            for number in range(each):
                frame = Image.new("RGB", (320, 280), (90, 90, 90))
                frame.paste(photo, (10 + number, 10))
                frames.append(frame)
    stream = io.BytesIO()
    frames[0].save(stream, form, save_all=True, append_images=frames[1:], duration=STEP_MS, loop=0, **OPTIONS[form])
    return stream.getvalue()


def test_everybody_in_an_animation_is_found_when_they_are_there_and_goes_when_they_are_erased(tmp_path, examples):
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "party.webp").write_bytes(animation(examples, "WEBP"))
    with visavis.create(tmp_path / "archive") as opened:
        opened.add_source(folder, profile="household", title="Web")
        assert opened.ingest().outcomes == {"indexed": 1}
        for number, name in enumerate(CAST):
            (found,) = opened.search(examples / name).candidates
            assert (found.path, found.kind, found.timecode) == ("party.webp", "film", "")
            assert (found.start_s, found.end_s) == pytest.approx((1.5 * number, 1.5 * number + 1.4), abs=0.25)
            assert opened.original_opener()(found).shape == (280, 320, 3)
        assert opened.ingest().unchanged == 1
        run = opened.erasure.run(EraseQuestion(faces=(found.face_id,)))
        assert run.state == "checked"
        assert [len(opened.search(examples / name).candidates) for name in CAST] == [1, 0]
        assert opened.verify().problems == ()


def test_a_gif_is_read_searched_and_shown_as_a_film_too(tmp_path, examples):
    """How its frames and times are decoded is held in `tests/decode`, and what follows from them above."""
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "wave.gif").write_bytes(animation(examples, "GIF", cast=CAST[:1], each=5))
    with visavis.create(tmp_path / "archive") as opened:
        opened.add_source(folder, profile="household", title="Web")
        assert opened.ingest().outcomes == {"indexed": 1}
        (found,) = opened.search(examples / CAST[0]).candidates
        assert (found.path, found.kind, found.timecode) == ("wave.gif", "film", "")
        assert opened.original_opener()(found).shape == (280, 320, 3)
