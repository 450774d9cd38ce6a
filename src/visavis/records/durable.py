"""Bytes that must still be there after the power fails.

A file's content and its name are made durable apart: `fsync` of the file for the one, of its folder for the other. POSIX only.
"""

import os
from pathlib import Path


def sync_file(descriptor: int) -> None:
    """Wait until the content and the size of an open file are on the disk."""
    if hasattr(os, "fdatasync"):
        os.fdatasync(descriptor)
    else:  # macOS
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until names made, moved or removed in `folder` are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_at(descriptor: int, content: bytes, offset: int) -> None:
    """Write all of `content` at `offset`: one `pwrite` may write less than it was given."""
    view = memoryview(content)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def replace(path: Path, content: bytes) -> None:
    """Give `path` a new content that is there as a whole or not at all, whenever the process or the machine dies."""
    draft = path.with_name(path.name + ".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        write_at(descriptor, content, 0)
        sync_file(descriptor)
    finally:
        os.close(descriptor)
    draft.replace(path)
    sync_folder(path.parent)


def remove(path: Path) -> None:
    """Remove `path` for good; no error if it is gone."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)
