"""What proves that an erasure, an objection or the withdrawal of a consent was carried out, as the desk of requests asks for it."""

import hashlib
from collections.abc import Mapping
from typing import Any

from visavis.domain.actor import Actor
from visavis.law.requests import Kind
from visavis.records.archive import Records
from visavis.records.requests import RequestRecord
from visavis.services.erasure import CertifyErasure
from visavis.services.requests import Fulfil, Fulfilled
from visavis.services.suppress import NOT_CAUGHT, Suppress, SuppressRequest
from visavis.settings import Settings
from visavis.wiring import build
from visavis.wiring.erasure import software

NOTHING = Fulfilled(says=("Nothing of you was found, so nothing had to be done.",))


def fulfilments(records: Records, settings: Settings) -> dict[Kind, Fulfil]:
    """Return what carries out each kind of request that leaves a proof of its own; no proof, no answer.

    An erasure is ordered and certified by people (`visavis erase`), two of them, before its request is answered; a withdrawal is made
    with `visavis consent withdraw`. An objection is carried out here.
    """
    return {
        Kind.ERASURE: _Erasure(records).run,
        Kind.OBJECTION: _Objection(records, settings).run,
        Kind.WITHDRAWAL: _Withdrawal(records).run,
    }


class _Erasure:
    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, _actor: Actor, request: RequestRecord) -> Fulfilled:
        """Return the issued certificates that cover every face that was confirmed."""
        faces = {found.face_id for found in request.confirmed}
        if not faces:
            return NOTHING
        issued = [run for run in self._records.erasure_runs.all() if run.issued_leaf is not None]
        proving = [run for run in issued if any(_names(run.objects, face) for face in faces)]
        if not all(any(_names(run.objects, face) for run in proving) for face in faces):
            return Fulfilled()
        certify = CertifyErasure(self._records, build.ledger_signer(self._records), software=software())
        files = {f"certificate-{number}.json": certify.file(run) for number, run in enumerate(proving, start=1)}
        said = "What was found of you is erased; the certificate says what was done, and what it cannot show. `visavis-audit` checks it."
        return Fulfilled(proof=proving[-1].id, says=(said,), files=files)


class _Objection:
    def __init__(self, records: Records, settings: Settings) -> None:
        self._records = records
        self._settings = settings

    def run(self, actor: Actor, request: RequestRecord) -> Fulfilled:
        """Take the confirmed faces out of every search, and keep them out."""
        faces = tuple(found.face_id for found in request.confirmed)
        if not faces:
            return NOTHING
        said = ("The faces below are out of every search, and stay out when the same pictures are read again.", NOT_CAUGHT)
        standing = tuple(face for face in faces if self._records.suppressions.faces(ids={face}))
        if not standing:  # done before a crash kept the answer from being sent
            return Fulfilled(proof=request.id, says=said)
        suppress = Suppress(self._records, build.file_opener(self._settings), build.limits(self._settings))
        report = suppress.run(SuppressRequest(actor=actor, because=f"request {request.id}", faces=standing))
        return Fulfilled(proof=report.ids[0], says=said)


class _Withdrawal:
    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, _actor: Actor, request: RequestRecord) -> Fulfilled:
        """Return the consent that was withdrawn since the person asked, once none of the confirmed faces stands any more."""
        faces = {found.face_id for found in request.confirmed}
        if not faces:
            return NOTHING
        since = request.first_received
        ended = [one for one in self._records.consents.of() if one.withdrawn_at is not None and one.withdrawn_at.date() >= since]
        if self._records.suppressions.faces(ids=faces) or not ended:
            return Fulfilled()
        return Fulfilled(proof=ended[-1].id, says=("Your consent is withdrawn, and what was made under it is out of every search.",))


def _names(objects: Mapping[str, Any], face_id: str) -> bool:
    """Whether an erasure committed to a face: SHA-256(salt ‖ id) stands among its commitments."""
    return hashlib.sha256(bytes.fromhex(objects["salt"]) + face_id.encode()).hexdigest() in objects["commitments"]
