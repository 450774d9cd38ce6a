"""Short films that were made to be watched: in memory only, few, and one made at a time."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from visavis.domain.errors import InputError

MOST_BYTES = 48 << 20
"""Of all that are kept; the oldest goes first."""
LARGEST = 12 << 20
"""Of one: six seconds at 480 pixels are 150 kB, three masked ones at full size a few megabytes."""
PATIENCE_SECONDS = 90
"""How long a person waits: every frame is looked at where others are masked."""


class Previews:
    """Short films by the id of their candidate. Who may watch one is asked before."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="preview")

    def kept(self, name: str) -> bytes | None:
        """Return one that was made already."""
        return self._kept.get(name)

    async def make(self, name: str, maker: Callable[[], bytes | None]) -> bytes | None:
        """Make one in the thread of previews, and keep it; None = it can't be made now.

        Raises
        ------
        InputError
            It takes too long, or is too large to be shown.
        """
        under_way = asyncio.get_running_loop().run_in_executor(self._thread, maker)
        try:
            made = await asyncio.wait_for(under_way, PATIENCE_SECONDS)
        except TimeoutError:
            raise InputError("making the short film takes too long", remedy="try again later, or cut a clip on the command line") from None
        if made is None:
            return None
        if len(made) > LARGEST:
            raise InputError("the short film is too large to be shown", remedy="cut a clip on the command line")
        self._kept[name] = made
        while sum(map(len, self._kept.values())) > MOST_BYTES:
            self._kept.popitem(last=False)
        return made

    def close(self) -> None:
        """Forget all, and wait for what is under way."""
        self._kept.clear()
        self._thread.shutdown(cancel_futures=True)
