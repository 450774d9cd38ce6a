"""Every page behind a GET door, in Debian's Chromium: axe finds nothing in English and French, light and dark, wide and on a phone.

The addresses come from the doors and from the links of the pages themselves: a new page is looked at without anybody listing it here.
`VISAVIS_SCREENSHOTS` names a folder in which a picture of each is kept.
"""

import datetime as dt
import os
import re
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import APIResponse, Browser

sys.path.insert(0, str(Path(__file__).parent.parent / "forges"))
from desk_browser import DESK, PASSPHRASE, chromium, serving

from visavis.web import app
from visavis.wiring.build import SystemClock

SHOTS = os.environ.get("VISAVIS_SCREENSHOTS", "")
"""Read here: tests run without settings of whoever starts them."""
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
NO_PAGE = re.compile(r"/(v1|static|metrics|healthz|start|language)\b|\.(jpg|mp4|json|toml|zip)$|/(cards|now|proof|progress)$")
"""Parts of pages, pictures and downloads: no page of their own."""
ELSEWHERE = {
    "/first-run": "test_browser.py",
    "/jobs/{job}": "test_browser_jobs.py",
    "/jobs/{job}/files": "test_browser_jobs.py",
    "/invitations/{token}": "test_browser_authority.py",
    "/requests/{request}/faces": "test_browser_rights.py",
    "/erasures/{run}": "test_browser_rights.py",
    "/erasures/{run}/certificate": "test_browser_rights.py",
    "/consents/{consent}": "test_browser_rights.py",
    "/under-way/{work}": "test_browser_rights.py",
}
"""Pages that stand only for a while, or after something that takes long: the journey of that file looks at them."""
PEOPLE = ("", "Ada", "Carl")
"""Nobody, the owner, and who answers requests and orders."""
LOOKS = (("en", "light", 1280), ("fr", "dark", 320))


class Walker:
    """One person who has signed in, and what their pages lead to; the browser asks, since a test's own process has no network."""

    def __init__(self, browser: Browser, name: str) -> None:
        self.context = browser.new_context(base_url=DESK, extra_http_headers={"origin": DESK})
        self.more: list[str] = []
        if name:
            self.post("/sign-in", "/sign-in", {"name": name, "passphrase": PASSPHRASE, "code": "", "next": ""})

    def get(self, path: str) -> APIResponse:
        return self.context.request.get(path, max_redirects=0)

    def post(self, at: str, on: str, said: dict, status: int = 303) -> str:
        """Send the form of a page; return where it leads."""
        said = {"token": token_of(self.get(on).text()), **said}
        kind = {"multipart": said} if "photo" in said else {"form": said}
        answer = self.context.request.post(at, max_redirects=0, timeout=120_000, **kind)
        assert answer.status == status, (at, answer.status, answer.text()[-1500:])
        return answer.headers.get("location", "")

    def found(self) -> dict[str, str]:
        """Return an address for each door with a page that this person's links lead to."""
        doors = {door.path: re.compile(re.sub(r"\{\w+\}", "[^/?]+", door.path)) for door in pages()}
        waiting, seen, found = [*self.more, *(path for path in doors if "{" not in path)], set(), {}
        while waiting:
            path = waiting.pop(0)
            door = next((door for door, pattern in doors.items() if pattern.fullmatch(path.partition("?")[0])), "")
            if path in seen or not door or door in found:
                continue
            seen.add(path)
            answer = self.get(path)
            if answer.status == 200 and answer.headers["content-type"].startswith("text/html"):
                found[door] = path
                waiting += [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)', answer.text())]
        return found


def token_of(page: str) -> str:
    return re.search(r'name="token" value="([^"]+)"', page)[1]


def pages():
    return [door for door in app.doors() if door.method == "GET" and not NO_PAGE.search(door.path)]


def prepared(ada: Walker, carl: Walker, photo: Path, case: str) -> None:
    """Leave something on every desk: a search, a request, an order, a program, a charter that was begun."""
    file = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo.read_bytes()}
    probe = ada.post("/probes", "/", {"photo": file}).rpartition("/")[2]
    ada.more += [f"/probes/{probe}", "/ledger/0"]
    ada.post("/searches", "/", {"probe": probe, "face": "1", "case": case, "reason": "an undated print"})
    ada.post("/sources/new", "/sources/new", {"profile": "archive"})
    (source,) = [one["source_id"] for one in ada.get("/v1/sources").json()["items"] if one["title"] == "Museum"]
    limits = {"per_hour": "60", "per_day": "500", "until": (SystemClock().now() + dt.timedelta(days=30)).date().isoformat()}
    ada.post("/keys", "/keys", {"name": "Photo desk", "act": "search", "source": source, "case": case, **limits}, status=200)
    (collections,) = re.findall(r'action="(/keys/[0-9a-f-]{36}/collections)"', ada.get("/keys").text())
    ada.post(collections, "/keys", {"collection": "photos", "called": source, "folder": ""})
    said = {"authority": "CNIL", "reference": "MED-2026-1", "act": "stop", "notified": "2026-10-17", "months": "2", "rate": "100 000"}
    carl.post("/orders", "/orders/new", {**said, "places": "IS"})
    asked = {"kind": "access", "contact": "petra@example.org", "channel": "post", "text": "I was there."}
    carl.post("/requests", "/requests/new", asked, status=201)


@pytest.fixture
def finding():
    """Return what axe finds on a page, as far as it is worth mending."""
    axe = Axe()
    return lambda page: [(one["id"], one["nodes"][0]["html"][:200]) for one in axe.run(page, options=RULES).response["violations"]]


def test_every_page_can_be_used_by_everybody_in_both_languages(museum, macron, finding):
    with serving(museum.folder), chromium() as browser:
        walkers = {name: Walker(browser, name) for name in PEOPLE}
        prepared(walkers["Ada"], walkers["Carl"], macron, museum.case)
        left, reached, troubles = {door.path for door in pages()}, {}, []
        for name, walker in walkers.items():
            reached[name] = {door: path for door, path in walker.found().items() if door in left}
            left -= set(reached[name])
        assert left == set(ELSEWHERE), "a page that no link leads to, or one that needs no exception any more"
        for language, scheme, width in LOOKS:
            for name, walker in walkers.items():
                size = {"width": width, "height": 900}
                context = browser.new_context(
                    color_scheme=scheme, viewport=size, locale=language, extra_http_headers={"accept-language": language}
                )
                context.add_cookies(walker.context.cookies())
                page = context.new_page()
                for door, path in reached[name].items():
                    page.goto(f"{DESK}{path}")
                    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
                    troubles += [(door, language, scheme, *one) for one in [*finding(page), *layout(page, width), *focus(page, width)]]
                    keep(page, door, f"{language}-{scheme}-{width}")
        assert not troubles, "\n".join(map(str, troubles))


def layout(page, width: int) -> list[tuple[str, str]]:
    """Find what makes a page scroll sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide <= width:
        return []
    widest = "e => e.getBoundingClientRect().right > innerWidth + 1"
    outside = f"[...document.querySelectorAll('body *')].filter({widest}).map(e => e.outerHTML.slice(0, 120)).slice(-3)"
    return [("scrolls sideways", str((wide, page.evaluate(outside))))]


def focus(page, width: int) -> list[tuple[str, str]]:
    """Find what Tab does not reach, of the first things that can be used: the skip link leads, and the focus is seen."""
    if width < 1000:
        return []
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.className")
    page.keyboard.press("Enter")
    there = page.evaluate("document.activeElement.id")
    page.keyboard.press("Tab")
    inside = page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none' || document.activeElement === document.body")
    lost = page.evaluate(
        "[...document.querySelectorAll('main a[href], main button, main input, main select')].filter(e => e.tabIndex < 0).length"
    )
    return [("keyboard", str((first, there, inside, lost)))] if (first, there, inside, lost) != ("skip", "main", True, 0) else []


def keep(page, door: str, look: str) -> None:
    """Keep a picture of a page, where somebody wants them."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        name = re.sub(r"\W+", "-", door).strip("-") or "home"
        page.screenshot(path=Path(SHOTS) / f"{name}-{look}.png", full_page=True)
