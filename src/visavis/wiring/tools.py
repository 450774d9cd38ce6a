"""Acts that need no archive yet: making one, survey, packs, charter templates, evaluation."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import AnalysedFace
from visavis.law.clear import clear_evaluation
from visavis.law.writing import charter_template
from visavis.settings import Settings
from visavis.wiring import build
from visavis.wiring.vault import recovery_sheet, refuse_inside

if TYPE_CHECKING:
    from visavis.engines.pack import PackListing
    from visavis.evaluation.report import IdentifyReport, PairsReport
    from visavis.services.survey import SurveyReport

EMBED_AT_ONCE = 16
"""Pictures analysed together in an evaluation."""


def create_archive(
    folder: Path | str, *, pack_id: str | None = None, passphrase: str | None = None, settings: Settings | None = None
) -> str:
    """Make an empty archive, and its key outside it; return the key's recovery sheet.

    Parameters
    ----------
    folder : path
        New or empty, on a local disk.
    pack_id : str or None
        The model pack, fixed for the archive's life; None = the default.
    passphrase : str or None
        Closes the key file; None = the file alone opens the archive.

    Raises
    ------
    SetupError
        The folder is not empty or lies on a network drive, the pack can't be used, or the key file is there already or would lie in the
        archive's folder.
    """
    from visavis.engines.pack import DEFAULT_PACK
    from visavis.records.archive import create
    from visavis.records.folder import ArchiveFolder

    settings = settings or build.read_settings()
    pack = build.find_pack(settings, pack_id or DEFAULT_PACK)
    place, keys = Path(folder), build.archive_keys(settings)
    refuse_inside(place, keys)
    doors = build.doors(build.SystemClock(), keys)
    create(ArchiveFolder(place), doors, pack_id=pack.id, dim=pack.dim, actor=build.current_actor(), passphrase=passphrase)
    return recovery_sheet(place, keys, doors.clock)


def survey(folder: Path, *, exclude: Sequence[str] = (), progress: Callable[[int], None] = lambda _: None) -> "SurveyReport":
    """Look over a folder; decodes and stores nothing."""
    from visavis.services.survey import Survey

    settings = build.read_settings()
    opener = lambda root, without: build.open_source(settings, root, tuple(without))  # noqa: E731
    return Survey(open_source=opener, limits=build.limits(settings)).run(folder, exclude, progress)


def template(profile: str) -> str:
    """Return a commented charter to fill in."""
    return charter_template(profile, build.rules())


def packs() -> "list[PackListing]":
    """Return every known model pack, usable or not."""
    from visavis.engines.pack import list_packs

    settings = build.read_settings()
    return list_packs([settings.packs], build.acknowledged(settings))


def install_pack(folder: Path) -> str:
    """Install a pack's files from a folder; return its id."""
    from visavis.engines.pack import install_pack

    return install_pack(folder, build.read_settings().packs)


def evaluate_pairs(
    pairs: Path, folder: Path, *, pack_id: str | None = None, progress: Callable[[int], None] = lambda _: None
) -> "PairsReport":
    """Measure pairs of a licensed test set; templates in memory only, aggregates only."""
    from visavis.services.evaluate import EvaluatePairs

    name, embed = _embedder(pack_id, progress)
    clock = build.SystemClock()
    clearance = clear_evaluation(build.current_actor(), build.rules(), at=clock.now())
    return EvaluatePairs(embed_files=embed, pack=name, clock=clock).run(pairs, folder, clearance)


def evaluate_identify(folder: Path, *, pack_id: str | None = None, progress: Callable[[int], None] = lambda _: None) -> "IdentifyReport":
    """Measure open-set identification on a folder a person; templates in memory only, aggregates only."""
    from visavis.services.evaluate import EvaluateIdentify

    name, embed = _embedder(pack_id, progress)
    clock = build.SystemClock()
    clearance = clear_evaluation(build.current_actor(), build.rules(), at=clock.now())
    return EvaluateIdentify(embed_files=embed, pack=name, clock=clock).run(folder, clearance)


def _embedder(
    pack_id: str | None, progress: Callable[[int], None]
) -> tuple[str, Callable[[Sequence[Path]], Iterator[Sequence[AnalysedFace]]]]:
    from visavis.decode.photo import open_photo
    from visavis.engines.pack import DEFAULT_PACK

    settings = build.read_settings()
    name = pack_id or DEFAULT_PACK
    chain = build.chain(settings, name)

    def embed(paths: Sequence[Path]) -> Iterator[Sequence[AnalysedFace]]:
        for start in range(0, len(paths), EMBED_AT_ONCE):
            chunk = paths[start : start + EMBED_AT_ONCE]
            photos = {}
            for place, path in enumerate(chunk):
                try:
                    photos[place] = open_photo(path.read_bytes(), limits=build.limits(settings))
                except (UnreadablePicture, OSError):
                    continue
            found = dict(zip(photos, chain.analyse(list(photos.values())), strict=True))
            for place in range(len(chunk)):
                faces = found.get(place, [])
                yield [] if isinstance(faces, UnreadablePicture) else faces
            progress(start + len(chunk))

    return name, embed
