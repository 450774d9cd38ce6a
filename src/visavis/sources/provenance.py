"""What files tell of where they came from: addresses in their attributes, and what downloading programs leave beside them.

Nothing is decoded and no file is read whole. What is read: the attributes `user.xdg.origin.url` and `user.xdg.referrer.url`
(https://www.freedesktop.org/wiki/CommonExtendedAttributes/), macOS's `com.apple.metadata:kMDItemWhereFroms` (a binary property list)
as Linux shows it, Windows' `Zone.Identifier` (an alternate stream there, a file of that name elsewhere), and the heads of JSON files.
"""

import hashlib
import heapq
import lzma
import os
import plistlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

from visavis.domain.errors import UnreadablePicture
from visavis.sources.base import FoundFile, Source

ADDRESS, SIDECAR = "origin-address", "downloader-sidecar"
"""What a file may tell: its attributes name a web address; a downloading program left it."""

_ATTRIBUTES = ("user.xdg.origin.url", "user.xdg.referrer.url")
_WHERE_FROMS = ("user.com.apple.metadata:kMDItemWhereFroms", "com.apple.metadata:kMDItemWhereFroms")
_ZONE = ":Zone.Identifier"
_MAX_ZONE_BYTES = 4096

# Half-finished downloads of Chromium, Opera, Firefox and Safari, aria2's control file; logs of wget and HTTrack.
_UNFINISHED = (".crdownload", ".opdownload", ".part", ".download", ".aria2")
_LOGS = frozenset({"wget-log", "hts-log.txt"})
# gallery-dl, yt-dlp and most scrapers write JSON beside the picture; instaloader packs it with xz.
_JSON = (".json", ".jsonl", ".ndjson", ".json.xz")
_JSON_HEAD = 64 * 2**10
_ADDRESS_IN_JSON = re.compile(rb'"[a-z_ ]*(?:url|link|referr?er|source)[a-z_]*"\s*:\s*"(https?://[^"\s]{1,2000})"', re.IGNORECASE)
# Google Takeout writes an address of one's own album beside each picture: an export of one's own pictures is no download of others'.
_OWN_EXPORT = b'"photoTakenTime"'
_WEB = frozenset({"http", "https", "ftp"})
_MOST_HOSTS = 10_000
_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one look may cost: files looked at, JSON heads read, paths drawn as a sample. A look at 200,000 local files takes seconds."""

    files: int = 200_000
    heads: int = 2_000
    sample: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a look found.

    Attributes
    ----------
    looked_at : int
        Files, without what downloading programs left.
    counts : mapping of str to int
        `ADDRESS` and `SIDECAR` to numbers of files.
    hosts : int
        Different hosts in all addresses.
    examples : mapping of str to tuple of str
        A few paths of each, relative to the root; for a terminal only.
    sample : tuple of FoundFile
        Wanted files, drawn evenly from all that were looked at, the same ones each time.
    """

    looked_at: int
    counts: Mapping[str, int]
    hosts: int
    examples: Mapping[str, tuple[str, ...]]
    sample: tuple[FoundFile, ...]


@dataclass(slots=True)
class _Found:
    looked_at: int = 0
    heads: int = 0
    counts: dict[str, int] = field(default_factory=lambda: {ADDRESS: 0, SIDECAR: 0})
    examples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    draw: list[tuple[int, str, FoundFile]] = field(default_factory=list)

    def note(self, what: str, path: str, addresses: list[str]) -> None:
        self.counts[what] += 1
        self.examples[what] = (*self.examples.get(what, ()), path)[:_EXAMPLES]
        if len(self.hosts) < _MOST_HOSTS:
            self.hosts.update(host for host in map(_host, addresses) if host)


def look(plug: Source, root: Path, *, wanted: Callable[[str], bool], bounds: Bounds) -> Provenance:
    """Look over a folder.

    Parameters
    ----------
    plug : Source
        Lists the files, and opens the heads of JSON files.
    root : Path
        Where they lie: attributes are the file system's, not the plug's.
    wanted : callable
        Path to whether it may be drawn into the sample.
    bounds : Bounds

    Raises
    ------
    SetupError
        The root can't be reached.
    """
    found = _Found()
    for item in plug.discover():
        if not isinstance(item, FoundFile):
            continue
        if found.looked_at >= bounds.files:
            break
        if item.path.endswith(_ZONE):
            continue  # it is read with the file that it tells of
        if _is_left_behind(plug, item.path, found, most_heads=bounds.heads):
            continue
        found.looked_at += 1
        if addresses := origin_addresses(root / item.path):
            found.note(ADDRESS, item.path, addresses)
        if wanted(item.path):
            _draw(found.draw, item, bounds.sample)
    return Provenance(
        looked_at=found.looked_at,
        counts=MappingProxyType(found.counts),
        hosts=len(found.hosts),
        examples=MappingProxyType(found.examples),
        sample=tuple(item for _, _, item in sorted(found.draw, key=lambda drawn: drawn[1])),
    )


def origin_addresses(path: Path) -> list[str]:
    """Return the web addresses that a file's attributes say it came from; `[""]` for «the web, address withheld»."""
    return [*_attribute_addresses(path), *_zone_addresses(path)]


def _is_left_behind(plug: Source, path: str, found: _Found, *, most_heads: int) -> bool:
    """Note a file that a downloading program left; whether it is one."""
    name = path.rpartition("/")[2].casefold()
    if name.endswith(_UNFINISHED) or name in _LOGS:
        found.note(SIDECAR, path, [])
        return True
    if not name.endswith(_JSON) or found.heads >= most_heads:
        return False
    found.heads += 1
    if not (addresses := _addresses_in_json(plug, path)):
        return False
    found.note(SIDECAR, path, addresses)
    return True


def _addresses_in_json(plug: Source, path: str) -> list[str]:
    try:
        head = plug.open(path, head=_JSON_HEAD)
        if path.casefold().endswith(".xz"):
            head = lzma.LZMADecompressor(memlimit=64 * 2**20).decompress(head, max_length=_JSON_HEAD)
    except (UnreadablePicture, lzma.LZMAError):
        return []
    if _OWN_EXPORT in head:
        return []
    return [address.decode("utf-8", "replace") for address in _ADDRESS_IN_JSON.findall(head.replace(b"\\/", b"/"))]


def _attribute_addresses(path: Path) -> Iterator[str]:
    for name in (*_ATTRIBUTES, *_WHERE_FROMS):
        value = _attribute(path, name)
        if value is not None:
            texts = _property_list(value) if name in _WHERE_FROMS else [value.decode("utf-8", "replace")]
            yield from (text for text in texts if _host(text))


def _attribute(path: Path, name: str) -> bytes | None:
    if sys.platform != "linux":  # Python reads attributes on Linux only
        return None
    try:
        return os.getxattr(path, name)
    except (OSError, ValueError):  # not there, or a file system without attributes
        return None


def _property_list(value: bytes) -> list[str]:
    try:
        read = plistlib.loads(value)
    except (
        ValueError,
        TypeError,
        OverflowError,
        RecursionError,
        ExpatError,
    ):  # what damaged lists raise; InvalidFileException is a ValueError
        return []
    return [text for text in read if isinstance(text, str)] if isinstance(read, list) else []


def _zone_addresses(path: Path) -> list[str]:
    """Read `[ZoneTransfer]`; zone 3 is the internet (https://learn.microsoft.com/openspecs/windows_protocols/ms-fscc)."""
    try:
        with Path(f"{path}{_ZONE}").open("rb") as stream:
            text = stream.read(_MAX_ZONE_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return []
    told = dict(line.strip().split("=", 1) for line in text.splitlines() if "=" in line)
    addresses = [told[name] for name in ("HostUrl", "ReferrerUrl") if _host(told.get(name, ""))]
    return addresses or ([""] if told.get("ZoneId") == "3" else [])


def _host(address: str) -> str:
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if parts.scheme.casefold() in _WEB else ""


def _draw(draw: list[tuple[int, str, FoundFile]], item: FoundFile, most: int) -> None:
    """Keep the `most` files whose paths have the smallest hashes: an even sample in one pass."""
    rank = -int.from_bytes(hashlib.blake2b(os.fsencode(item.path), digest_size=8).digest())
    entry = (rank, item.path, item)
    if len(draw) < most:
        heapq.heappush(draw, entry)
    elif most and entry[:2] > draw[0][:2]:
        heapq.heapreplace(draw, entry)
