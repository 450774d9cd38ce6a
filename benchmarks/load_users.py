"""People at the desk, as their browsers ask: a process of its own, so that their time is not the server's.

`python -m benchmarks.load_users ORIGIN START_PATH SOURCE PHOTO --people N --seconds S --think T` prints one JSON object.
"""

import argparse
import asyncio
import json
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx
import numpy as np

PICTURE = re.compile(r'href="/pictures/([0-9a-f-]{36})"')
TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')
PATIENCE = 120


@dataclass
class Seen:
    """What all of them saw: seconds from the click to the page of results, split in search and page; and what went wrong."""

    whole: list[float] = field(default_factory=list)
    search: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    candidates: int = 0
    errors: dict[str, int] = field(default_factory=dict)

    def wrong(self, what: str) -> None:
        """Count an error."""
        self.errors[what] = self.errors.get(what, 0) + 1


@dataclass(kw_only=True)
class Person:
    """One browser: half of them search with a photograph in memory, the others with a face of the archive."""

    number: int
    client: httpx.AsyncClient
    asked: argparse.Namespace
    seen: Seen
    address: str = ""
    form: dict[str, str] = field(default_factory=dict)

    async def come(self) -> None:
        """Come by the start link, and choose what to search with."""
        home = await self.client.get(self.asked.start, follow_redirects=True)
        home.raise_for_status()
        if self.number % 2:
            pictures = await self.client.get(f"/sources/{self.asked.source}/pictures")
            known = list(dict.fromkeys(PICTURE.findall(pictures.text)))
            address = f"/pictures/{known[self.number % len(known)]}"
            shown = await self.client.get(address)
            self.address, self.form = f"{address}/search", {"face": str(1 + self.number % 10), "token": _token(shown.text)}
            return
        held = await self.client.post(
            "/probes", data={"token": _token(home.text)}, files={"photo": ("a.jpg", self.asked.photo.read_bytes(), "image/jpeg")}
        )
        if held.status_code != 303:
            raise RuntimeError(f"the probe was answered with {held.status_code}")
        self.address = "/searches"
        self.form = {"token": _token(home.text), "probe": held.headers["location"].rpartition("/")[2], "face": "1"}

    async def search_on(self, until: float) -> None:
        """Search, look at the page, think, and search again."""
        rng = np.random.default_rng(self.number)
        await asyncio.sleep(rng.uniform(0, 2 * self.asked.think))
        while time.perf_counter() < until:
            await self._search()
            await asyncio.sleep(rng.uniform(0, 2 * self.asked.think))

    async def _search(self) -> None:
        began = time.perf_counter()
        try:
            made = await self.client.post(self.address, data=self.form)
            found = time.perf_counter()
            if made.status_code != 303:
                self.seen.wrong(f"search: {made.status_code}")
                return
            page = await self.client.get(made.headers["location"])
        except httpx.HTTPError as error:
            self.seen.wrong(type(error).__name__)
            return
        ended = time.perf_counter()
        if page.status_code != 200:
            self.seen.wrong(f"page: {page.status_code}")
            return
        self.seen.search.append(found - began)
        self.seen.page.append(ended - found)
        self.seen.whole.append(ended - began)
        self.seen.candidates += page.text.count("/face.jpg")


def _token(page: str) -> str:
    found = TOKEN.search(page)
    if found is None:
        raise RuntimeError("a page without a token")
    return found[1]


async def together(asked: argparse.Namespace) -> Seen:
    """Let all of them come, then search side by side."""
    seen, headers = Seen(), {"origin": asked.origin}
    people = [
        Person(number=number, client=httpx.AsyncClient(base_url=asked.origin, headers=headers, timeout=PATIENCE), asked=asked, seen=seen)
        for number in range(asked.people)
    ]
    for person in people:
        await person.come()
    until = time.perf_counter() + asked.seconds
    await asyncio.gather(*(person.search_on(until) for person in people))
    for person in people:
        await person.client.aclose()
    return seen


def main() -> None:
    """Search for a while, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("origin", "start", "source"):
        parser.add_argument(name)
    parser.add_argument("photo", type=Path)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=1.0)
    sys.stdout.write(json.dumps(asdict(asyncio.run(together(parser.parse_args())))) + "\n")


if __name__ == "__main__":
    main()
