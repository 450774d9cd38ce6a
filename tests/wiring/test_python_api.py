"""The same from Python: the example of the first page works, and is typed and documented."""

import inspect
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import visavis
from visavis.domain.errors import InputError, SetupError, SeveralFacesInProbe
from visavis.domain.identification import SearchResult
from visavis.wiring.archive import Archive

NAMES = ("barack-obama-2009", "group-composite", "landscape", "rishi-sunak")


@pytest.fixture(scope="module")
def photos(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("api") / "photos"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(examples / f"{name}.jpg", folder)
    return folder


@pytest.fixture(scope="module")
def archive(photos: Path) -> Iterator[Archive]:
    with visavis.create(photos.parent / "archive") as made:
        made.add_source(photos, profile="household", title="Family")
        made.ingest()
        yield made


@pytest.fixture
def portrait(examples: Path) -> Path:
    return examples.parent / "probe" / "barack-obama-2012.jpg"


def test_the_example_of_the_issue_works_with_plain_text(archive, portrait):
    opened = visavis.open(str(archive.folder))
    report = opened.ingest()
    result = opened.search(str(portrait))
    opened.close()
    assert report.unchanged == len(NAMES)
    assert isinstance(result, SearchResult)
    assert {found.path for found in result.candidates} == {"barack-obama-2009.jpg", "group-composite.jpg"}


def test_what_was_read_by_look_is_searched_without_a_second_reading(archive, examples):
    (group,) = archive.look(examples / "group-composite.jpg")
    with pytest.raises(SeveralFacesInProbe) as caught:
        archive.search(group)
    assert caught.value.count == len(group.faces) == 4
    assert archive.search(group, faces=(2,)).candidates


def test_an_open_archive_sees_what_another_has_added_meanwhile(archive, portrait, examples, tmp_path, monkeypatch):
    # what is kept with the key is the copy's own: the checkpoint of a copy that went on would refuse the archive it was taken from
    monkeypatch.setenv("XDG_CONFIG_HOME", str(shutil.copytree(os.environ["XDG_CONFIG_HOME"], tmp_path / "config")))
    folder = shutil.copytree(archive.folder, tmp_path / "archive")
    (tmp_path / "more").mkdir()
    shutil.copy(examples / "barack-obama-2010.jpg", tmp_path / "more")
    with visavis.open(folder) as reading:
        before = reading.search(portrait).gallery_size
        with visavis.open(folder) as writing:
            writing.add_source(tmp_path / "more", profile="household", title="More")
            writing.ingest(sources=("More",))
        result = reading.search(portrait)
    assert result.gallery_size == before + 1
    assert ("barack-obama-2010.jpg", "More") in {(found.path, found.source_title) for found in result.candidates}


def test_the_original_behind_a_candidate_is_opened_upright_or_not_at_all(archive, portrait, photos):
    open_original = archive.original_opener()
    first, *_ = archive.search(portrait).candidates
    assert open_original(first).ndim == 3
    (photos / first.path).rename(photos.parent / "away.jpg")
    assert open_original(first) is None
    (photos.parent / "away.jpg").rename(photos / first.path)


def test_why_and_search_agree(archive, portrait):
    for found in archive.search(portrait).candidates:
        why = archive.why(portrait, found.path)
        best = max(why.faces, key=lambda face: face.similarity or -1)
        assert (best.rank, best.similarity) == (found.rank, found.similarity)


def test_what_is_no_archive_is_not_opened(tmp_path):
    with pytest.raises(SetupError):
        visavis.open(tmp_path)


def test_a_face_of_the_archive_and_a_photograph_are_not_searched_together(archive, portrait):
    with pytest.raises(InputError):
        archive.search(portrait, face_id="any")
    with pytest.raises(InputError):
        archive.search()


def test_every_public_act_is_typed_and_documented():
    acts = [
        visavis.open,
        visavis.create,
        *(act for name, act in inspect.getmembers(Archive, inspect.isfunction) if not name.startswith("_")),
    ]
    for act in acts:
        signature = inspect.signature(act)
        assert inspect.getdoc(act), act
        assert signature.return_annotation is not inspect.Signature.empty, act
        named = [parameter for name, parameter in signature.parameters.items() if name != "self"]
        assert all(parameter.annotation is not inspect.Parameter.empty for parameter in named), act
    assert (Path(visavis.__file__).parent / "py.typed").is_file()


def test_from_set_up_to_a_search_no_process_opens_a_socket(tmp_path, portrait, photos, closed_network_env):
    """In processes of their own, in which any internet socket ends the program; ingest starts a worker that inherits this."""
    environment = {**closed_network_env, "VISAVIS_ARCHIVE": str(tmp_path / "archive")}
    for command in (
        ("init", tmp_path / "archive"),
        ("source", "add", photos, "--profile", "household", "--title", "Family"),
        ("ingest",),
        ("search", portrait),
    ):
        line = [sys.executable, "-m", "visavis", *map(str, command)]
        ended = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
    assert "barack-obama-2009.jpg" in ended.stdout
