"""What takes seconds or minutes: begun in the archive's second thread, watched on a page of its own, and done even if nobody watches."""

import secrets
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visavis.web.thread import ArchiveThread
from visavis.wiring.accounts import SignedIn

if TYPE_CHECKING:
    from visavis.wiring import Archive

MOST = 50


@dataclass(slots=True, kw_only=True)
class Work:
    """Something that was begun.

    Attributes
    ----------
    title : str
        What it is, in English; the template translates it.
    back : str
        The page that it was begun on.
    session : str
        Id of the session that began it, and may watch it.
    onward : callable
        From what came of it to the page that shows it.
    steps : list of str
        What it has told of itself so far.
    """

    id: str
    title: str
    back: str
    session: str
    onward: Callable[[Any], str]
    steps: list[str] = field(default_factory=list)
    future: "Future[Any]" = field(default_factory=Future)


class Works:
    """What was begun and not looked at yet, and the files that came of it."""

    def __init__(self) -> None:
        self._works: OrderedDict[str, Work] = OrderedDict()
        self._folder: Path | None = None

    def __iter__(self) -> Iterator[Work]:
        return iter(list(self._works.values()))

    def begin(self, thread: ArchiveThread, who: SignedIn | None, work: Work, what: "Callable[[Archive], Any]") -> Work:
        """Begin something as a person; its named steps are told in `work.steps`."""

        def telling(archive: "Archive") -> Any:
            with archive.telling(work.steps.append):
                return what(archive)

        work.future = thread.begin(who, telling)
        self._works[work.id] = work
        while len(self._works) > MOST:
            self._works.popitem(last=False)
        return work

    def find(self, work_id: str, session: str) -> Work | None:
        """Return what this session has begun under an id."""
        found = self._works.get(work_id)
        return found if found is not None and found.session == session else None

    def file(self, name: str) -> Path:
        """Return where a file of that name lies, or will: in a folder that nobody else opens and that goes with the desk."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="visavis-"))
        return self._folder / name

    def close(self) -> None:
        """Remove the files."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def new_work(title: str, *, back: str, session: str, onward: Callable[[Any], str]) -> Work:
    """Return something that is to be begun, under an id that can't be guessed."""
    return Work(id=secrets.token_urlsafe(16), title=title, back=back, session=session, onward=onward)
