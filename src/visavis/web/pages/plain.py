"""What machines ask: whether the desk is well, its counters, its style and script."""

import hashlib
import mimetypes
from importlib import resources

from starlette.responses import Response

from visavis.domain.errors import RefusedError
from visavis.web.doors import Door, Opening, Who
from visavis.web.meters import Reading
from visavis.web.visit import NotThere, Visit

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""What proxies add: who comes through one does not read the counters."""


def assets() -> dict[str, bytes]:
    """Return style and script by name; nothing else is ever served from a file."""
    folder = resources.files("visavis.web") / "static"
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith((".css", ".js", ".svg"))}


def stamped(name: str) -> str:
    """Return an asset's address with a mark of its content, so that browsers may keep it."""
    return f"/static/{name}?{hashlib.sha256(assets()[name]).hexdigest()[:12]}"


async def asset(visit: Visit) -> Response:
    """Serve one of the desk's own files."""
    name = visit.request.path_params["name"]
    content = assets().get(name)
    if content is None:
        raise NotThere("there is no such file")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(content, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"})


async def healthz(visit: Visit) -> Response:
    """Say that the server answers and its archive can be read."""
    await visit.house.archive.act(None, lambda archive: archive.accounts.nobody())
    return Response("ok\n", media_type="text/plain")


async def metrics(visit: Visit) -> Response:
    """Give the counters to who asks from this machine."""
    if any(name in visit.request.headers for name in FORWARDED):
        raise RefusedError("the counters are read on the machine itself", rule="same-origin", remedy="ask without the proxy")
    house = visit.house
    waiting = {"archive": house.archive.waiting, "long": house.back.waiting}
    (jobs, read), figures = await house.archive.act(None, lambda archive: (archive.jobs.by_state(), archive.figures()))
    text = house.meters.text(Reading(figures=figures, sessions=len(house.sessions), waiting=waiting, jobs=jobs, files_read=read))
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/healthz", who=Who.ANYBODY, because="says only that it answers"), healthz),
    (Door(method="GET", path="/metrics", who=Who.ANYBODY, because="counts, of no person"), metrics),
    (Door(method="GET", path="/static/{name}", who=Who.ANYBODY, because="style and script"), asset),
)
