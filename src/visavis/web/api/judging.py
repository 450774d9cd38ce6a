"""Verdicts and labels: given by people, signed with their key. No API key gives one."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from visavis.domain.errors import InputError
from visavis.web.api.paging import Paged, page_of
from visavis.web.api.routes import Asked, Call, Route, Told
from visavis.web.api.searches import BoxOut, CandidateOut, Id, told
from visavis.web.doors import FORM, Door, Who
from visavis.web.pages.results import none_the_wiser

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.review import Decision, Label


class VerdictIn(Asked):
    """What a person says of a candidate."""

    says: Literal["same", "not-the-same", "cannot-say"]
    grounds: str = Field(default="", max_length=4_000, description="What was seen; may be empty at home only.")
    because: str = Field(default="", max_length=2_000, description="Why an earlier verdict is put aside.")


class VerdictOut(Told):
    """How a candidate stands after a verdict: `open` while another person has to judge it too."""

    verdict_id: str
    candidate_id: str
    stands: str
    given: int
    needed: int


class LeadsPaged(Paged):
    """Which leads."""

    case_id: Id | None = None


class LeadOut(Told):
    """A candidate that waits for this person's verdict."""

    search_id: str
    given: int
    needed: int
    candidate: CandidateOut


class LeadsOut(Told):
    """A page of open leads."""

    items: list[LeadOut]
    next_cursor: str | None


class LabelsPaged(Paged):
    """Which labels."""

    source_id: Id | None = None
    name: str = Field(default="", max_length=500, description="Whatever its case and accents.")


class LabelOut(Told):
    """A name that people gave to a face of a source."""

    label_id: str
    source_id: str
    candidate_id: str
    name: str
    authority: str
    box: BoxOut


class LabelsOut(Told):
    """A page of labels."""

    items: list[LabelOut]
    next_cursor: str | None


class LabelIn(Asked):
    """A name for a candidate that is decided to be the same."""

    name: str = Field(min_length=1, max_length=500)
    authority: str = Field(default="", max_length=200, description="The person's id in a list of names.")


class LabelMade(Told):
    """A label that was made, or removed."""

    label_id: str


class RemovalIn(Asked):
    """Why a label goes."""

    because: str = Field(min_length=1, max_length=2_000)


async def leads(call: Call) -> LeadsOut:
    """List the candidates that wait for this person's verdict."""
    paged = call.filters(LeadsPaged)

    def read(archive: "Archive") -> LeadsOut:
        with none_the_wiser():
            every = sorted(archive.review.leads(case_id=paged.case_id), key=lambda lead: lead.candidate.candidate_id)
        found, cursor = page_of(every, paged, "reviews", key=lambda lead: lead.candidate.candidate_id)
        items = []
        for lead in found:
            shown = {one.candidate_id: one for one in told(call, lead.past.result).candidates}
            items.append(
                LeadOut(search_id=lead.past.search.id, given=lead.given, needed=lead.needed, candidate=shown[lead.candidate.candidate_id])
            )
        return LeadsOut(items=items, next_cursor=cursor)

    answer: LeadsOut = await call.act(read)
    return answer


async def decide(call: Call) -> VerdictOut:
    """Give a verdict; the law says whether this person may."""
    said, candidate = call.asked(VerdictIn), call.ids["candidate_id"]

    def judge(archive: "Archive") -> "Decision":
        _member(archive, candidate)
        return archive.review.decide(candidate, said.says, grounds=said.grounds, because=said.because)

    given: Decision = await call.act(judge)
    return VerdictOut(
        verdict_id=given.verdict_id, candidate_id=given.candidate_id, stands=given.stands, given=given.given, needed=given.needed
    )


async def labels(call: Call) -> LabelsOut:
    """List labels."""
    paged = call.filters(LabelsPaged)

    def read(archive: "Archive") -> LabelsOut:
        if paged.name and paged.source_id:
            raise InputError("labels are listed by name or by source", remedy="leave one of the two out")
        with none_the_wiser():
            every = archive.labels.find(paged.name) if paged.name else archive.labels.all(source=paged.source_id)
        found, cursor = page_of(sorted(every, key=lambda one: one.id), paged, "labels", key=lambda one: one.id)
        return LabelsOut(items=[_label(one, call) for one in found], next_cursor=cursor)

    answer: LabelsOut = await call.act(read)
    return answer


async def add_label(call: Call) -> LabelMade:
    """Promote a decided candidate to a label of its source."""
    said, candidate = call.asked(LabelIn), call.ids["candidate_id"]

    def add(archive: "Archive") -> str:
        _member(archive, candidate)
        return archive.labels.add(candidate, said.name, authority=said.authority)

    return LabelMade(label_id=await call.act(add))


async def remove_label(call: Call) -> LabelMade:
    """Erase a label."""
    label_id, because = call.ids["label_id"], call.asked(RemovalIn).because

    def remove(archive: "Archive") -> None:
        with none_the_wiser():
            archive.labels.remove(label_id, because=because)

    await call.act(remove)
    return LabelMade(label_id=label_id)


def _member(archive: "Archive", candidate: str) -> None:
    """Ask whether who acts belongs to the case of a candidate; to others there is none."""
    with none_the_wiser():
        archive.review.check_member(archive.review.search_of(candidate))


def _label(label: "Label", call: Call) -> LabelOut:
    words, box = call.house.words, label.box
    return LabelOut(
        label_id=label.id,
        source_id=label.source_id,
        candidate_id=label.candidate_id,
        name=words.encodable(label.name),
        authority=words.encodable(label.authority),
        box=BoxOut(left=box.left, top=box.top, width=box.width, height=box.height),
    )


ROUTES: tuple[Route, ...] = (
    Route(
        door=Door(method="GET", path="/v1/reviews", who=Who.ROLE, act="review", operation="consultation"),
        name="list_reviews",
        says="The candidates that wait for this person's verdict.",
        handler=leads,
        answer=LeadsOut,
        tag="reviews",
        query=LeadsPaged,
        names_things=True,
    ),
    Route(
        door=Door(
            method="POST",
            path="/v1/candidates/{candidate_id}/verdicts",
            who=Who.ROLE,
            act="review",
            operation="alteration",
            body_bytes=4 * FORM,
        ),
        name="give_verdict",
        says="Give a verdict, as the person who signed in; a key is refused.",
        handler=decide,
        answer=VerdictOut,
        tag="reviews",
        status=201,
        body=VerdictIn,
    ),
    Route(
        door=Door(method="GET", path="/v1/labels", who=Who.ROLE, act="label", operation="consultation"),
        name="list_labels",
        says="Labels, of a source or of a name.",
        handler=labels,
        answer=LabelsOut,
        tag="labels",
        query=LabelsPaged,
        names_things=True,
    ),
    Route(
        door=Door(
            method="POST",
            path="/v1/candidates/{candidate_id}/labels",
            who=Who.ROLE,
            act="label",
            operation="alteration",
            body_bytes=FORM,
        ),
        name="add_label",
        says="Promote a candidate that is decided to be the same to a label of its source.",
        handler=add_label,
        answer=LabelMade,
        tag="labels",
        status=201,
        body=LabelIn,
    ),
    Route(
        door=Door(method="POST", path="/v1/labels/{label_id}/removal", who=Who.ROLE, act="label", operation="erasure", body_bytes=FORM),
        name="remove_label",
        says="Erase a label, with a reason.",
        handler=remove_label,
        answer=LabelMade,
        tag="labels",
        body=RemovalIn,
    ),
)
