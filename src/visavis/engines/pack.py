"""Model packs: a folder with a manifest and two networks, found by id, checked by hash, refused without a licence.

Three manifests are shipped; their weights come from an installed distribution, read as data, or from a folder that `install_pack` filled.
A shipped id always means the shipped manifest: a folder can bring its weights, not other facts under its name.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import metadata, resources
from pathlib import Path

from visavis.domain.errors import InputError, PackInvalid
from visavis.domain.identification import Threshold
from visavis.domain.tails import Calibration
from visavis.engines.fold import write_whole
from visavis.engines.manifest import Licence, Manifest, parse_manifest

DEFAULT_PACK = "yunet-sface-int8bq"
MANIFEST = "manifest.toml"
_SHIPPED = (DEFAULT_PACK, "yunet-sface-fp32", "yunet-sface-int8")
_CALIBRATION = "calibration.json"
_LARGEST = 2**31
"""Bytes: protobuf, and so a single-file ONNX model, ends there; nothing larger is read for its hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A checked pack: its facts, and where its two files lie.

    Attributes
    ----------
    detector_file, recogniser_file : Path
        The published files, whose hashes the manifest accepts.
    calibration : bytes
        By which the recogniser is quantised to int8; empty = it stays float32.
    hash : str
        SHA-256 of all that decides what a template is (`Manifest.digest`); names the cache folder.
    """

    manifest: Manifest = field(repr=False)
    detector_file: Path
    recogniser_file: Path
    calibration: bytes = field(repr=False)
    hash: str

    @property
    def id(self) -> str:
        """The name that an archive is bound to; precision is a part of it."""
        return self.manifest.id

    @property
    def precision(self) -> str:
        """What the weights are stored as and computed in."""
        return self.manifest.precision

    @property
    def dim(self) -> int:
        """Length of a template."""
        return self.manifest.recogniser.dim

    @property
    def licences(self) -> tuple[Licence, Licence]:
        """Terms of the detector and of the recogniser."""
        return self.manifest.detector.licence, self.manifest.recogniser.licence

    @property
    def thresholds(self) -> dict[float, Threshold]:
        """Recorded thresholds by FPIR, each with its trial."""
        return self.manifest.thresholds()

    @property
    def default_threshold(self) -> Threshold:
        """The threshold at FPIR 0.01."""
        return self.thresholds[0.01]

    @property
    def tails(self) -> Calibration | None:
        """How often strangers score high, from the same trial; None = not measured."""
        return self.manifest.calibration()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackListing:
    """One known pack; `pack` is None where it can't be used, and `problem` says why and what mends it."""

    id: str
    title: str
    pack: Pack | None
    problem: str = ""


def find_pack(pack_id: str, folders: Sequence[Path], acknowledged: frozenset[str] = frozenset()) -> Pack:
    """Find a pack by id and check it.

    Parameters
    ----------
    pack_id : str
        As in its manifest.
    folders : sequence of Path
        Where installed packs lie, one folder a pack, searched in this order.
    acknowledged : frozenset of str
        SPDX names of non-commercial licences that the user has acknowledged.

    Raises
    ------
    PackInvalid
        If there is no such pack, its files are missing or have another hash, or its licence asks for an acknowledgement.
    """
    manifests = {manifest.id: manifest for manifest in _shipped()}
    installed = {path.parent.name: path for path in reversed(_installed(folders))}
    if pack_id in manifests:
        return _checked(manifests[pack_id], folders, acknowledged)
    if pack_id in installed:
        return _checked(_read_installed(installed[pack_id]), folders, acknowledged)
    raise PackInvalid(
        f"there is no model pack «{pack_id}»; known: {', '.join(sorted({*manifests, *installed}))}",
        remedy="install it with `visavis packs install FOLDER`",
    )


def list_packs(folders: Sequence[Path], acknowledged: frozenset[str] = frozenset()) -> list[PackListing]:
    """List every known pack, shipped ones first, usable or not; parameters as in `find_pack`."""
    shipped = {manifest.id: manifest.title for manifest in _shipped()}
    others = {path.parent.name: "" for path in _installed(folders)}
    listing = []
    for pack_id, title in {**others, **shipped}.items():
        try:
            pack = find_pack(pack_id, folders, acknowledged)
            entry = PackListing(id=pack_id, title=pack.manifest.title, pack=pack)
        except PackInvalid as error:
            entry = PackListing(id=pack_id, title=title, pack=None, problem=f"{error}; {error.remedy}")
        listing.append(entry)
    return sorted(listing, key=lambda entry: (entry.id not in shipped, entry.id))


def install_pack(folder: Path, into: Path) -> str:
    """Copy a pack into the user's folder of packs.

    Parameters
    ----------
    folder : Path
        Holds either the two files of a shipped pack, under any names, or a pack of its own: `manifest.toml` and two ONNX files.
    into : Path
        The folder of packs; made if it is missing. An installed pack of the same id is replaced.

    Returns
    -------
    str
        The pack's id, for `find_pack`.

    Raises
    ------
    InputError
        If `folder` is no folder.
    PackInvalid
        If the folder holds neither, or only one of the two files.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder", remedy="give the folder that holds the pack's files")
    shipped = {manifest.id: manifest for manifest in _shipped()}
    own = folder / MANIFEST
    if own.is_file():
        manifest = _read(own)
        candidates = [shipped.get(manifest.id, manifest)]
    else:
        candidates = list(shipped.values())
    hashes = _hashes(_models(folder))
    for manifest in candidates:
        pair = _pair(manifest, hashes)
        if pair is not None:
            _store(manifest, pair, into / manifest.id, own if manifest.id not in shipped else None)
            return manifest.id
    wanted = "; ".join(f"{manifest.id}: {_wanted(manifest)}" for manifest in candidates)
    raise PackInvalid(
        f"{folder} does not hold both files of a pack with the hashes that are accepted ({wanted})",
        remedy="download the files again, or write a manifest (docs/reference/pack-manifest.md)",
    )


def _store(manifest: Manifest, pair: tuple[Path, Path], target: Path, own: Path | None) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for role, file in zip(("detector", "recogniser"), pair, strict=True):
        write_whole(target / f"{role}.onnx", file.read_bytes())
    if own is not None:
        write_whole(target / MANIFEST, own.read_bytes())
    if _pair(manifest, _hashes(_models(target))) is None:
        raise PackInvalid(f"the copy of pack {manifest.id} differs from what was read", remedy="check the disk, then install again")


def _checked(manifest: Manifest, folders: Sequence[Path], acknowledged: frozenset[str]) -> Pack:
    for licence in (manifest.detector.licence, manifest.recogniser.licence):
        if not licence.commercial and licence.spdx not in acknowledged:
            raise PackInvalid(
                f"pack {manifest.id} has weights for non-commercial use only ({licence.spdx})",
                remedy=f"read the licence, then acknowledge it by name: {licence.spdx}",
            )
    places = [manifest.weights_in] if manifest.weights_in else []
    for files in (*map(_shipped_models, places), *(_models(folder / manifest.id) for folder in folders)):
        hashes = _hashes(files)
        pair = _pair(manifest, hashes)
        if pair is not None:
            by_file = {file: digest for digest, file in hashes.items()}
            return Pack(
                manifest=manifest,
                detector_file=pair[0],
                recogniser_file=pair[1],
                calibration=_calibration(manifest),
                hash=manifest.digest(by_file[pair[0]], by_file[pair[1]]),
            )
    source = f"install the package {manifest.weights_in} again, or " if manifest.weights_in else ""
    raise PackInvalid(
        f"the files of pack {manifest.id} are missing or not the published ones (accepted: {_wanted(manifest)})",
        remedy=f"{source}put both files in a folder and run `visavis packs install FOLDER`",
    )


def _calibration(manifest: Manifest) -> bytes:
    """Return the calibration that a shipped pack brings; b"" if it has none."""
    if not manifest.int8_calibration:
        return b""
    file = resources.files("visavis.engines") / "packs" / manifest.id / _CALIBRATION
    content = file.read_bytes() if manifest.id in _SHIPPED else b""
    if hashlib.sha256(content).hexdigest() != manifest.int8_calibration:
        raise PackInvalid(
            f"the int8 calibration of pack {manifest.id} is missing or another than its manifest names",
            remedy="only shipped packs are quantised here: install Visavis again, or give a pack that is quantised already",
        )
    return content


def _pair(manifest: Manifest, hashes: dict[str, Path]) -> tuple[Path, Path] | None:
    detector = next((hashes[digest] for digest in manifest.detector.sha256 if digest in hashes), None)
    recogniser = next((hashes[digest] for digest in manifest.recogniser.sha256 if digest in hashes), None)
    return (detector, recogniser) if detector is not None and recogniser is not None else None


def _wanted(manifest: Manifest) -> str:
    return f"detector {' or '.join(manifest.detector.sha256)}, recogniser {' or '.join(manifest.recogniser.sha256)}"


def _hashes(files: Iterator[Path]) -> dict[str, Path]:
    return {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in files}


def _models(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.glob("*.onnx")) if file.is_file() and file.stat().st_size < _LARGEST)


def _shipped_models(distribution: str) -> Iterator[Path]:
    """Yield the ONNX files that an installed distribution lists; none of its code is imported."""
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        return
    for entry in files:
        path = Path(str(entry.locate()))
        if path.suffix == ".onnx" and path.is_file():
            yield path


def _installed(folders: Sequence[Path]) -> list[Path]:
    """Return the manifests of installed packs, in the order in which they count."""
    return [path for folder in folders for path in sorted(folder.glob(f"*/{MANIFEST}"))]


def _shipped() -> Iterator[Manifest]:
    root = resources.files("visavis.engines") / "packs"
    for name in _SHIPPED:
        yield parse_manifest((root / name / MANIFEST).read_text("utf-8"), name=f"of the shipped pack {name}")


def _read(path: Path) -> Manifest:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackInvalid(f"the manifest {path} can't be read: {error}", remedy="install the pack again") from error
    return parse_manifest(text, name=str(path))


def _read_installed(path: Path) -> Manifest:
    manifest = _read(path)
    if manifest.id != path.parent.name:
        raise PackInvalid(
            f"the pack in {path.parent} calls itself «{manifest.id}»",
            remedy="a pack's folder has the name of its id: rename one of them",
        )
    return manifest
