"""What the public may ask, without an account and without a photograph. Nobody looks for anything here: the receipt says nothing."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, VisavisError
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.problem import problem_of
from visavis.web.visit import Form, NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring.public import PublicReceipt

BODY = 12 << 20
"""Bytes of a message with a photograph, as a telephone takes it."""
TOO_MANY = "Many people are writing at this moment. Wait a minute and send it again, or write by e-mail or post: that counts as much."
TOO_OLD = "This form lay open for too long, or your connection has changed. Look through it and send it again."


NO_PHOTO = "The photograph can't be used: it can't be read, or shows no face. Send another one, or none; your request counts without."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing that can be asked for; the texts are in English, the template translates them."""

    kind: str
    title: str
    text: str


ASKS: tuple[Ask, ...] = (
    Ask(kind="access", title="See what is held of me", text="Pictures, their sources, who searched and who saw you (GDPR Art. 15)."),
    Ask(kind="erasure", title="Have it erased", text="With a certificate that you can have checked (Art. 17)."),
    Ask(kind="objection", title="Object", text="Your face is taken out, and stays out when the same pictures are read again (Art. 21)."),
    Ask(kind="restriction", title="Have it set aside", text="Kept, and found by no search, until you are told otherwise (Art. 18)."),
    Ask(kind="rectification", title="Have it corrected", text="A picture that is not you, or a wrong name (Art. 16)."),
    Ask(kind="portability", title="Take with me what I gave", text="Photographs and names that you gave by consent or contract (Art. 20)."),
    Ask(kind="withdrawal", title="Withdraw my consent", text="As easily as you gave it; nobody has to say why (Art. 7)."),
)
TOLD = {
    "name": "Name",
    "url": "Seen at the address",
    "file": "Name or number of the picture",
    "day": "When it was taken",
    "place": "Where it was taken",
    "words": "In their own words",
}
"""What the form asks besides, with the words under which it stands in the message."""
FIELDS = ("kind", "contact", *TOLD, "representative", "mandate")
STANDINGS = {
    "received": "Your message was received. Somebody will look at it.",
    "being-worked-on": "Your message is being worked on.",
    "answered": "Your message was answered. If the answer has not reached you, write again and say so.",
}


async def ask(visit: Visit) -> Response:
    """Say what can be asked for, and show the form."""
    return await _form(visit, Form())


async def send(visit: Visit) -> Response:
    """Write the message down, and give the receipt."""
    _open(visit)
    form, public = visit.form, visit.house.public
    if not public.holds(form.one("token"), _address(visit), visit.house.clock.now()):
        return await _form(visit, form, problem=TOO_OLD, status=422)
    same = hashlib.sha256(repr((sorted(form.fields.items()), form.file)).encode()).hexdigest()
    if not public.given(same) and not (public.sent.one_more() and (not form.file or public.photos.one_more())):
        return await _form(visit, form, problem=TOO_MANY, status=429)
    try:
        photo = b"" if public.given(same) else await _photo(visit)
        receipt = await public.once(same, lambda: _receive(visit, photo))
    except InputError as error:
        return await _form(visit, form, problem=_said(error), status=422)
    return visit.page("receipt.html.j2", status=201, receipt=receipt, photo=bool(form.file))


async def ask_standing(visit: Visit) -> Response:
    """Ask for the number and the code of a receipt."""
    _open(visit)
    return _standing(visit, "", "")


async def standing(visit: Visit) -> Response:
    """Say how far a message has come: received, being worked on, answered."""
    _open(visit)
    form, public = visit.form, visit.house.public
    if not public.holds(form.one("token"), _address(visit), visit.house.clock.now()):
        return _standing(visit, "", TOO_OLD, status=422)
    if not public.sent.one_more():
        return _standing(visit, "", TOO_MANY, status=429)
    number, code = form.one("number")[:40], form.one("code")[:40]
    found = await public.steadily(visit.house.archive.act(None, lambda archive: archive.public.standing(number, code)))
    if found is None:
        return _standing(visit, "", "There is no receipt with this number and this code.", status=404)
    return _standing(visit, STANDINGS[found.value], "")


async def _receive(visit: Visit, photo: bytes) -> "PublicReceipt":
    form = visit.form
    told = [(title, form.one(name)) for name, title in TOLD.items()]
    text = "\n".join(f"{title}: {said}" for title, said in told if said)
    return await visit.house.archive.act(
        None,
        lambda archive: archive.public.receive(
            contact=form.one("contact"),
            kind=form.one("kind"),
            text=text,
            photo=photo,
            representative=form.one("representative"),
            mandate=form.one("mandate"),
        ),
    )


async def _photo(visit: Visit) -> bytes:
    """Return the photograph without what its header tells (place, time, camera), read in the process that reads strangers' bytes."""
    if not visit.form.file:
        return b""
    try:
        picture = await asyncio.to_thread(visit.house.read, visit.form.file)
    except InputError as error:
        raise InputError(NO_PHOTO, remedy="send another one, or none") from error
    return visit.house.words.whole(picture.image_rgb)


async def _form(visit: Visit, form: Form, *, problem: str = "", status: int = 200) -> Response:
    _open(visit)
    notices = await visit.house.archive.act(None, lambda archive: archive.public.notices())
    return visit.page(
        "rights.html.j2",
        status=status,
        asks=ASKS,
        said={name: form.one(name) for name in FIELDS},
        notices=notices,
        problem=problem,
        form_token=visit.house.public.token(_address(visit), visit.house.clock.now()),
    )


def _standing(visit: Visit, says: str, problem: str, *, status: int = 200) -> Response:
    token = visit.house.public.token(_address(visit), visit.house.clock.now())
    return visit.page("standing.html.j2", status=status, says=says, problem=problem, form_token=token)


def _open(visit: Visit) -> None:
    if not visit.house.rights_page:
        raise NotThere


def _address(visit: Visit) -> str:
    """Return the network address that asks; it is compared, and neither kept nor logged."""
    client = visit.request.client
    return "" if client is None else client.host


def _said(error: VisavisError) -> str:
    """Return what was wrong, in words for somebody who has no command line."""
    text = str(error)
    if text == NO_PHOTO:
        return NO_PHOTO
    if "where is the person" in text:
        return "Where may the answer be sent? Give an e-mail address, a telephone number or a postal address."
    if "by what they may" in text:
        return "If you write for somebody else, give your name and what allows you to."
    return problem_of(error)


_TOLD_NOTHING = "says of a receipt that it was received, is being worked on, or was answered"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/rights", who=Who.ANYBODY, because="an empty form"), ask),
    (Door(method="POST", path="/rights", who=Who.ANYBODY, operation="collection", body_bytes=BODY, own_token=True), send),
    (Door(method="GET", path="/rights/standing", who=Who.ANYBODY, because="an empty form"), ask_standing),
    (Door(method="POST", path="/rights/standing", who=Who.ANYBODY, because=_TOLD_NOTHING, body_bytes=FORM, own_token=True), standing),
)
