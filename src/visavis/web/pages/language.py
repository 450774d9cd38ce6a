"""The language in which a browser is answered, as the person before it chose."""

import re
from urllib.parse import urlsplit

from starlette.responses import Response

from visavis.web.doors import Door, Opening, Who
from visavis.web.visit import LANGUAGE, NotThere, Visit

_YEAR_S = 365 * 24 * 3600
_PATH = re.compile(r"/(?!/)[\w./-]*", re.ASCII)


async def choose(visit: Visit) -> Response:
    """Keep the choice in a cookie of its own, which says nothing else, and go back to the page that it was made on."""
    code = visit.request.path_params["code"]
    if code not in dict(visit.house.pages.languages.names()):
        raise NotThere
    answer = visit.go(_back(visit))
    answer.set_cookie(LANGUAGE, code, max_age=_YEAR_S, path="/", secure=visit.house.address.secure, httponly=True, samesite="lax")
    return answer


def _back(visit: Visit) -> str:
    """Return the page of ours that led here; the first page where a browser does not say, or says anything else."""
    said = urlsplit(visit.request.headers.get("referer", "")[:2000])
    ours = said.netloc == visit.request.headers.get("host") and _PATH.fullmatch(said.path)
    return said.path if ours else "/"


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/language/{code}", who=Who.ANYBODY, because="a cookie with the name of a language"), choose),
)
