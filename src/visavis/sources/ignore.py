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
    """Patterns of the root and of the folders on the way down; the deepest that says anything decides, as in git.

    Parameters
    ----------
    patterns : iterable of str
        In gitignore syntax, relative to the root.

    Raises
    ------
    ValueError
        A pattern that can't be read.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._specs: tuple[tuple[str, GitIgnoreSpec], ...] = (("", GitIgnoreSpec.from_lines(patterns)),)

    def below(self, folder: str, patterns: Iterable[str]) -> "IgnoreRules":
        """Return these rules with those of `folder` (its path with a slash behind) added."""
        rules = IgnoreRules(())
        rules._specs = ((folder, GitIgnoreSpec.from_lines(patterns)), *self._specs)
        return rules

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether `path` (relative to the root) is excluded."""
        ending = "/" if is_folder else ""
        for folder, spec in self._specs:
            said = spec.check_file(path[len(folder) :] + ending).include
            if said is not None:
                return said
        return False
