"""The rules in force: policy packs with who signed them, and each rule by the name that a refusal tells."""

from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.web.doors import Door, Opening, Who
from visavis.web.visit import Visit
from visavis.wiring.policies import rules_said

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.policies import Policy


async def rules(visit: Visit) -> Response:
    """Show the packs in force, and what each rule says."""

    def read(archive: "Archive") -> "tuple[list[Policy], dict[str, str]]":
        return archive.policies.all(), archive.policies.local()

    packs, local = await visit.house.archive.act(visit.here.who, read)
    return visit.page("rules.html.j2", packs=packs, local=local, rules=rules_said())


OPENINGS: tuple[Opening, ...] = ((Door(method="GET", path="/rules", who=Who.SIGNED_IN, because="the law, and nothing of anybody"), rules),)
