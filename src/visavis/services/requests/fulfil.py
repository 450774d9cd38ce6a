"""Carrying out the kinds that need no other part of the house: restriction and rectification."""

from visavis.domain.actor import Actor
from visavis.records.archive import Records
from visavis.records.requests import RequestRecord
from visavis.services.requests.answer import Fulfilled


class Restrict:
    """Keeps the confirmed faces, and keeps them from every search, list and count, until a person lifts it (GDPR Art. 18)."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, request: RequestRecord) -> Fulfilled:
        """Restrict; what this request restricts already is not restricted twice."""
        standing = self._records.corrections.restrictions(request.id)
        faces = [one.face_id for one in request.confirmed if one.face_id not in {held.face_id for held in standing}]
        made = [held.id for held in standing]
        if faces:
            with self._records.work(actor) as work:
                made += self._records.corrections.restrict(work, request.id, faces)
                self._records.requests.step(work, request, "restricted")
                work.leaf("alteration", what="restriction", request=request.id, faces=len(faces))
        if not made:
            return Fulfilled(says=("Nothing of you was found, so nothing was restricted.",))
        said = "The faces below are kept, and no longer searched or shown. You will be told before that is lifted."
        return Fulfilled(proof=made[0], says=(said,))


class Rectified:
    """Says what was corrected while the request was open."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, _actor: Actor, request: RequestRecord) -> Fulfilled:
        """Return the corrections of a request."""
        made = self._records.corrections.of_request(request.id)
        if not made:
            return Fulfilled(says=("Nothing wrong was found about you.",))
        count = len(made)
        said = f"{count} wrong {'link was' if count == 1 else 'links were'} removed, and will not come back when pictures are read anew."
        return Fulfilled(proof=made[0], says=(said,))
