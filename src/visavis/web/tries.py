"""How often anybody may try to sign in."""

import time
from collections import deque


class Tries:
    """At most so many tries a minute, whoever makes them: each costs argon2id's 64 MiB."""

    def __init__(self, most: int = 20) -> None:
        self._most = most
        self._made: deque[float] = deque(maxlen=most)

    def one_more(self) -> bool:
        """Count a try; False = too many."""
        now = time.monotonic()
        if len(self._made) == self._most and now - self._made[0] < 60:
            return False
        self._made.append(now)
        return True
