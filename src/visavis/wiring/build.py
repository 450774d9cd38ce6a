"""Making the parts: pack, chain, doors of the records, index, analysers. Nothing here is done at import."""

import datetime as dt
import functools
import getpass
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import platformdirs
from pydantic import ValidationError

from visavis.domain.actor import Actor
from visavis.domain.clock import Clock
from visavis.domain.errors import SetupError
from visavis.law.rulebook import Rulebook, shipped
from visavis.ledger.note import Ed25519Signer
from visavis.ledger.pen import Pen
from visavis.records.archive import Doors, Records
from visavis.records.backup_files import KeyCopy
from visavis.records.database import Step
from visavis.records.key_file import ArchiveKeys, Ask
from visavis.services.backup import KnownErasures
from visavis.services.ledger.guard import LedgerGuard
from visavis.settings import Settings

if TYPE_CHECKING:  # these import networks and decoders, which most commands do not need
    from visavis.decode.limits import FilmLimits, Limits
    from visavis.decode.originals import OriginalPixels
    from visavis.decode.video.base import Film
    from visavis.engines.chain import Chain
    from visavis.engines.pack import Pack
    from visavis.services.ingest.analyse import MediaAnalyser
    from visavis.sources.folder import FolderSource


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """Return the present moment in UTC."""
        return dt.datetime.now(dt.UTC)


def read_settings() -> Settings:
    """Read the settings, once a command.

    Raises
    ------
    SetupError
        A `VISAVIS_…` variable holds what it can't.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"VISAVIS_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        raise SetupError(f"a setting can't be used: {wrong}", remedy="see docs/reference/settings.md") from error


def current_actor() -> Actor:
    """Return the person who runs this process, as the machine names them."""
    return Actor(name=getpass.getuser())


def rules() -> Rulebook:
    """Return the rules in force."""
    return shipped()


def archive_keys(settings: Settings, ask: Ask | None = None) -> ArchiveKeys:
    """Return where archives' keys lie; `ask` asks for the passphrase of a key file where no file holds it."""
    file = settings.key_passphrase_file
    from_file = None if file is None else functools.partial(read_passphrase, file)
    folder = platformdirs.user_config_path("visavis") / "keys"
    return ArchiveKeys(folder, file=settings.key_file, ask=from_file or ask)


def read_passphrase(file: Path) -> str:
    """Return the first line of a file."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"can't read the passphrase in {file}", remedy="see that it is there, and that you may read it") from error
    if not lines or not lines[0]:
        raise SetupError(f"{file} holds no passphrase in its first line", remedy="write it there, or name another file")
    return lines[0]


def doors(clock: Clock, keys: ArchiveKeys, step: Step = lambda _: None, *, session: str = "") -> Doors:
    """Return what records are opened with; `session` names the run of the program in each leaf."""
    return Doors(clock=clock, keys=keys, pen=Pen(), step=step, session=session)


def ledger_signer(records: Records) -> Ed25519Signer:
    """Return the archive's ledger key, derived from its own data key: a new archive key leaves it as it is."""
    return Ed25519Signer(f"visavis/{records.archive_id}", records.keys.derive("ledger"))


def ledger_guard(records: Records) -> LedgerGuard:
    """Return what compares an archive's ledger with its highest checkpoint, kept with the key outside the archive."""
    return LedgerGuard(records, ledger_signer(records), records.key_place.beside("checkpoint"))


def key_copy(records: Records) -> KeyCopy:
    """Return the file of wrapped keys that backups need."""
    return KeyCopy(records.key_place.beside("keys"))


def known_erasures(records: Records) -> KnownErasures:
    """Return what was erased since the first backup, kept with the key outside the archive."""
    return KnownErasures(records, ledger_signer(records), records.key_place.beside("erased"), key_copy(records))


def limits(settings: Settings) -> "Limits":
    """Return what one file may ask of the machine."""
    from visavis.decode.limits import Limits

    return Limits(file_bytes=settings.max_file_mb << 20, pixels=settings.max_megapixels * 1_000_000)


def film_limits(settings: Settings) -> "FilmLimits":
    """Return what one film may ask of the machine."""
    from visavis.decode.limits import FilmLimits

    return FilmLimits(
        file_bytes=settings.max_film_gb << 30, seconds=settings.max_film_hours * 3600, pixels=settings.max_film_megapixels * 1_000_000
    )


def find_pack(settings: Settings, pack_id: str) -> "Pack":
    """Return a model pack, checked."""
    from visavis.engines import pack

    return pack.find_pack(pack_id, [settings.packs], acknowledged(settings))


def acknowledged(settings: Settings) -> frozenset[str]:
    """Return the licences that the operator has acknowledged by name."""
    return frozenset(name.strip() for name in settings.acknowledged.split(",") if name.strip())


def chain(settings: Settings, pack_id: str) -> "Chain":
    """Open a pack's networks."""
    import cv2

    from visavis.engines.chain import Chain, open_networks

    cv2.setNumThreads(settings.threads)
    pack = find_pack(settings, pack_id)
    runtime = None if settings.runtime == "auto" else settings.runtime
    return Chain(pack, open_networks(pack, cache=settings.cache, threads=settings.threads, runtime=runtime))


def open_source(settings: Settings, root: Path, exclude: tuple[str, ...] = ()) -> "FolderSource":
    """Open a folder as a source."""
    from visavis.sources.folder import FolderSource

    return FolderSource(root, exclude=exclude, max_file_bytes=settings.max_file_mb << 20)


def file_opener(settings: Settings) -> Callable[[Path, str], bytes]:
    """Return (root, path below it) → bytes."""
    source = functools.lru_cache(maxsize=8)(functools.partial(open_source, settings))
    return lambda root, path: source(root).open(path)


def stream_opener(settings: Settings) -> Callable[[Path, str], BinaryIO]:
    """Return (root, path below it) → seekable stream."""
    return lambda root, path: open_source(settings, root).stream(path)


def originals(settings: Settings) -> "OriginalPixels":
    """Return what reads the pixels behind a record."""
    from visavis.decode.originals import OriginalPixels

    return OriginalPixels(
        open_file=file_opener(settings),
        open_stream=stream_opener(settings),
        limits=limits(settings),
        film_limits=film_limits(settings),
    )


def film_opener(settings: Settings) -> Callable[[BinaryIO, str], "Film"]:
    """Return (stream, file name) → film; PyAV is loaded with the first."""

    def opened(stream: BinaryIO, name: str) -> "Film":
        from visavis.decode.video.film import open_film

        return open_film(stream, file_name=name, limits=film_limits(settings), threads=settings.threads)

    return opened


def analyser(settings: Settings, pack_id: str) -> "MediaAnalyser":
    """Build what one worker process works with; called there."""
    from visavis.services.ingest.analyse import MediaAnalyser
    from visavis.services.ingest.film import FilmAnalyser
    from visavis.services.ingest.film_reader import FilmReader

    opened = chain(settings, pack_id)
    films = FilmReader(stream_opener(settings), film_opener(settings), FilmAnalyser(opened).part)
    return MediaAnalyser(file_opener(settings), opened, limits(settings), films)


def analyser_factory(settings: Settings, pack_id: str) -> "Callable[[], MediaAnalyser]":
    """Return a factory that a spawned process can import."""
    return functools.partial(analyser, settings, pack_id)
