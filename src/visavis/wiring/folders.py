"""Where the pictures of a new source may lie: folders that the operator opened, and what people hand in."""

from dataclasses import dataclass
from pathlib import Path

from visavis.settings import Settings
from visavis.sources.opened import OpenedFolders, Shelf
from visavis.sources.uploads import Bounds, Received, Upload, UploadPlace

__all__ = ["Bounds", "Folders", "Received", "Shelf", "Upload", "folders"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """The two places."""

    opened: OpenedFolders
    uploads: UploadPlace


def folders(
    archive: Path, settings: Settings, *, photos: tuple[Path, ...] = (), uploads: Path | None = None, bounds: Bounds | None = None
) -> Folders:
    """Return where the pictures of an archive may come from; an option wins over its setting.

    Raises
    ------
    InputError
        A folder that is to be opened is none.
    """
    from visavis.decode.formats import Kind, kind_of
    from visavis.domain.errors import InputError

    def wanted(name: str) -> bool:
        return kind_of(name) is not Kind.OTHER

    roots = photos or settings.photos
    for root in roots:
        if not root.is_dir():
            raise InputError(f"{root} is not a folder", remedy="name a folder of photographs: --photos DIR")
    place = uploads or settings.uploads or archive.resolve().parent / f"{archive.resolve().name}-uploads"
    return Folders(opened=OpenedFolders(roots, wanted=wanted), uploads=UploadPlace(place, wanted=wanted, bounds=bounds))
