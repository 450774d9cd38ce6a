"""What waits for a signature of this person, with all that it covers; signing, refusing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, SetupError, VisavisError
from visavis.web.asked import id_in
from visavis.web.doors import FORM, Door, Handler, Opening, Who
from visavis.web.visit import NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.approvals import Waiting

TITLES = {
    "case": "A case is asked for",
    "renewal": "A standing case is to be renewed",
    "charter": "A charter waits to be put in force",
    "hold": "A hold is asked for",
    "certificate": "The certificate of an erasure",
    "claim": "A claim of jurisdiction that came after an order",
}
COVERS = {
    "case": "You sign every line below. From then on faces may be searched for it, until its last day.",
    "renewal": "You sign that the desk still needs this case, as it stands below, for another year.",
    "charter": "You sign the charter as it stands below. From then on its pictures are read, and searched for its purposes.",
    "hold": "With your signature these pictures are hidden from every search, and no erasure takes them, until the last day.",
    "certificate": "You sign the text below, with another person. It goes to the person whose data was erased.",
    "claim": "With your signature the order covers only what the claim leaves in. What it kept out is searched again.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """How one kind of thing is signed, and refused where it can be. `plural` stands in the address."""

    kind: str
    plural: str
    act: str
    operation: str
    sign: "Callable[[Archive, str], object]"
    refuse: "Callable[[Archive, str, str], object] | None" = None
    refusing: str = ""
    slow: bool = False


def _release(archive: "Archive", hold_id: str, _: str) -> object:
    return archive.erasure.release(hold_id)


SIGNINGS = (
    Signing(
        kind="case",
        plural="cases",
        act="approve-case",
        operation="set-up",
        sign=lambda archive, one: archive.cases.approve(one),
        refuse=lambda archive, one, because: archive.cases.refuse(one, because),
        refusing="erasure",
    ),
    Signing(kind="renewal", plural="renewals", act="read-case", operation="alteration", sign=lambda archive, one: archive.cases.renew(one)),
    Signing(
        kind="charter",
        plural="charters",
        act="sign-charter",
        operation="alteration",
        sign=lambda archive, one: archive.charters.sign(one),
        slow=True,
    ),
    Signing(
        kind="hold",
        plural="holds",
        act="hold",
        operation="alteration",
        sign=lambda archive, one: archive.erasure.second(one),
        refuse=_release,
        refusing="alteration",
    ),
    Signing(
        kind="certificate",
        plural="certificates",
        act="certify",
        operation="erasure",
        sign=lambda archive, one: archive.erasure.certificate(one),
    ),
    Signing(
        kind="claim",
        plural="claims",
        act="claim-jurisdiction",
        operation="alteration",
        sign=lambda archive, one: archive.orders.second(one),
        slow=True,
    ),
)
PLURALS = {one.kind: one.plural for one in SIGNINGS}


async def waiting(visit: Visit) -> Response:
    """List what waits."""
    return await _page(visit, None)


def signing(how: Signing) -> Handler:
    """Return what signs one thing, if it still says what was shown."""

    async def sign(visit: Visit) -> Response:
        return await _do(visit, how, how.sign)

    return sign


def refusing(how: Signing) -> Handler:
    """Return what refuses one thing."""
    because = how.refuse

    async def refuse(visit: Visit) -> Response:
        word = visit.form.one("because")
        return await _do(visit, how, lambda archive, one: because and because(archive, one, word))

    return refuse


async def _do(visit: Visit, how: Signing, what: "Callable[[Archive, str], object]") -> Response:
    wanted, seal = id_in(visit, "one"), visit.form.one("seal")

    def act(archive: "Archive") -> None:
        found = next((one for one in archive.approvals.all() if (one.kind, one.id) == (how.kind, wanted)), None)
        if found is None:
            raise NotThere("nothing such waits for your signature", remedy="see what does on the page «Approvals»")
        if found.seal != seal:
            raise InputError("it says something else now than when you read it", remedy="read it again, and sign it then")
        what(archive, wanted)

    thread = visit.house.back if how.slow else visit.house.archive
    try:
        await thread.act(visit.here.who, act)
    except NotThere:
        raise
    except (InputError, RefusedError, SetupError) as error:
        return await _page(visit, error, at=(how.kind, wanted))
    return visit.go("/approvals")


async def _page(visit: Visit, error: VisavisError | None, *, at: tuple[str, str] = ("", "")) -> Response:
    def read(archive: "Archive") -> "tuple[list[Waiting], dict[str, str], int]":
        people = archive.people.all()
        names = {str(who.id): who.name for who in people}
        return archive.approvals.all(), names, sum(who.revoked_at is None for who in people)

    found, names, people = await visit.house.archive.act(visit.here.who, read)
    return visit.page(
        "approvals.html.j2",
        error=error,
        at=at,
        because=visit.form.one("because"),
        waiting=[one for one in found if not one.own or _alone(one, people)],
        own=[one for one in found if one.own and not _alone(one, people)],
        names=names,
        titles=TITLES,
        covers=COVERS,
        plurals=PLURALS,
    )


def _alone(one: "Waiting", people: int) -> bool:
    """Whether the asker is the only person of the house, whom some profiles let approve after a day: the law says whether."""
    return one.kind == "case" and people == 1


def _openings(how: Signing) -> tuple[Opening, ...]:
    here = f"/approvals/{how.plural}/{{one}}"
    sign = Door(method="POST", path=f"{here}/sign", who=Who.ROLE, act=how.act, operation=how.operation, body_bytes=FORM)
    if how.refuse is None:
        return ((sign, signing(how)),)
    refuse = Door(method="POST", path=f"{here}/refuse", who=Who.ROLE, act=how.act, operation=how.refusing, body_bytes=FORM)
    return ((sign, signing(how)), (refuse, refusing(how)))


OPENINGS: tuple[Opening, ...] = (
    (
        Door(method="GET", path="/approvals", who=Who.SIGNED_IN, because="terms of what waits for this person; a signature has its leaf"),
        waiting,
    ),
    *(opening for how in SIGNINGS for opening in _openings(how)),
)
