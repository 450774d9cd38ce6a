"""Acts that need no archive yet: making one, survey, packs, charter templates."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from visavis.domain.errors import InputError
from visavis.law.clear import clear_evaluation
from visavis.law.writing import charter_template
from visavis.settings import Settings
from visavis.sources.base import FoundFile
from visavis.wiring import build
from visavis.wiring.vault import recovery_sheet, refuse_inside

if TYPE_CHECKING:
    from visavis.engines.pack import PackListing
    from visavis.services.bench import BenchReport
    from visavis.services.survey import SurveyReport


def create_archive(
    folder: Path | str, *, pack_id: str | None = None, passphrase: str | None = None, settings: Settings | None = None
) -> str:
    """Make an empty archive, and its key outside it; return the key's recovery sheet.

    Parameters
    ----------
    folder : path
        New or empty, on a local disk.
    pack_id : str or None
        The model pack, until the archive moves to another; None = the default.
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


def bench(
    folder: Path, *, pack_id: str | None = None, templates: int = 100_000, say: Callable[[str], None] = lambda _: None
) -> "BenchReport":
    """Measure this machine with the pictures of a folder, of which nothing is stored.

    Raises
    ------
    InputError
        There is no such folder, or it holds no picture.
    """
    import cv2

    from visavis.engines.chain import open_networks
    from visavis.engines.pack import DEFAULT_PACK
    from visavis.index.embedded import open_embedded
    from visavis.services.bench import Bench

    if not folder.is_dir():
        raise InputError(f"{folder} is no folder", remedy="name a folder of photographs")
    settings, clock = build.read_settings(), build.SystemClock()
    cv2.setNumThreads(settings.threads)
    pack = build.find_pack(settings, pack_id or DEFAULT_PACK)
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder", remedy="name a folder of photographs; if it is on a drive, mount it")
    paths = [folder / found.path for found in build.open_source(settings, folder).discover() if isinstance(found, FoundFile)]
    if not paths:
        raise InputError(f"{folder} holds no file", remedy="name a folder of photographs")
    runtime = None if settings.runtime == "auto" else settings.runtime
    networks = open_networks(pack, cache=settings.cache, threads=settings.threads, runtime=runtime)
    clearance = clear_evaluation(build.current_actor(), build.rules(), at=clock.now())
    measured = Bench(
        pack,
        networks,
        open_index=lambda place, dim, read: open_embedded(place / "codes", dim, read, clock, writable=True),
        clearance=clearance,
        limits=build.limits(settings),
        seconds=time.perf_counter,
    )
    return measured.run(paths, templates=templates, say=say)
