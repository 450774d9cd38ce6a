"""What a folder source passes over: litter of operating systems, and what the operator excludes in gitignore syntax."""

from collections.abc import Iterable

from pathspec import GitIgnoreSpec

IGNORE_FILE = ".visavisignore"

# Thumbnails, indexes and resource forks that systems leave behind; those that begin with a dot are hidden and need no entry.
_LITTER = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "$recycle.bin", "system volume information", "__macosx"})


def is_litter(name: str) -> bool:
    """Whether a name is hidden (begins with a dot) or known litter."""
    return name.startswith(".") or name.casefold() in _LITTER


class IgnoreRules:
    """Patterns of one folder and those it inherits; the deepest one that says anything decides, as in git."""

    def __init__(self, patterns: Iterable[str], base: str = "", parent: "IgnoreRules | None" = None) -> None:
        self._spec = GitIgnoreSpec.from_lines(patterns)
        self._base = base
        self._parent = parent

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether `path` (relative to the root) is excluded."""
        said = self._spec.check_file(path[len(self._base) :] + ("/" if is_folder else "")).include
        if said is None:
            return self._parent is not None and self._parent.ignores(path, is_folder=is_folder)
        return said
