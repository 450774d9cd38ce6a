"""How often anybody may try to sign in."""

import time
from collections import OrderedDict, deque


class Tries:
    """At most so many tries a minute, whoever makes them: each costs argon2id's 64 MiB."""

    def __init__(self, most: int = 20) -> None:
        self._most = most
        self._made: deque[float] = deque(maxlen=most)

    def one_more(self) -> bool:
        """Count a try; False = too many."""
        if self.full():
            return False
        self._made.append(time.monotonic())
        return True

    def full(self) -> bool:
        """Whether there were as many as are allowed within the last minute."""
        return len(self._made) == self._most and time.monotonic() - self._made[0] < 60


class TriesByName:
    """Tries of many, each with its own count; the oldest name goes where there are too many."""

    def __init__(self, *, most: int = 20, names: int = 1_000) -> None:
        self._most = most
        self._names = names
        self._tries: OrderedDict[str, Tries] = OrderedDict()

    def one_more(self, name: str) -> bool:
        """Count a try; False = too many within a minute."""
        tries = self._tries.setdefault(name, Tries(self._most))
        self._tries.move_to_end(name)
        if len(self._tries) > self._names:
            self._tries.popitem(last=False)
        return tries.one_more()

    def over(self, name: str) -> bool:
        """Whether there were too many; counts nothing."""
        tries = self._tries.get(name)
        return tries is not None and tries.full()
