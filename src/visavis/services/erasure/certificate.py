"""The certificate of an erasure: its text is fixed once, two people sign it, and the ledger says that they did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.ids import PersonId
from visavis.domain.signing import Signer
from visavis.law.erasure import check_certificate, check_second
from visavis.law.rules import Rule
from visavis.ledger import note
from visavis.ledger.certificate import KIND, SIGNERS, WHAT, Certificate, CertificateSignature, digest
from visavis.ledger.checkpoint import Checkpoint, Proof
from visavis.ledger.leaf import canonical_json
from visavis.ledger.tree import inclusion_path, root
from visavis.records.archive import Records
from visavis.records.erasure_runs import ErasureRun

METHODS: Mapping[str, str] = {
    "pictures": "records deleted, pages overwritten; the key of each picture destroyed",
    "file paths": "records deleted, pages overwritten; closed under the key of the picture",
    "faces": "records deleted, pages overwritten (box, landmarks, quality)",
    "rows of templates": "overwritten in place in the row files",
    "codes": "files of codes written anew without them, old files overwritten and removed",
    "names": "records deleted, pages overwritten; the key of each name destroyed",
    "candidates of searches": "records deleted, pages overwritten",
    "verdicts": "records deleted, pages overwritten, with their signatures",
    "exclusions": "records deleted, pages overwritten",
    "probes that were these faces": "pictures removed, pages overwritten; so were probes that people judged to show the same person",
    "signatures under names": "records deleted, pages overwritten",
    "payloads of the ledger": "what they hold can't be opened: their key is destroyed; the leaf stands",
    "exports that left the house": "out of reach here; their recipients are to be told",
}
CANNOT_SHOW = (
    "File work on a drive is what NIST SP 800-88r2 calls Clear: blocks that a drive has remapped, snapshots, swap and other copies made "
    "below the file system are out of its reach.",
    "Copies that people took, and what recipients keep, are not in the archive.",
    "The photographs themselves belong to the source: what its charter wants done with them stands above; those that it keeps, and copies "
    "elsewhere, may still show the person.",
    "Backups named here can still be restored by whoever holds them with the archive's key; restoring them erases this again.",
    "The ledger keeps that something was erased, when and by whom; not what.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Where a certificate stands: how many have signed it, and its file once two have (else empty)."""

    given: int
    file: bytes


class CertifyErasure:
    """Writes and signs certificates.

    Parameters
    ----------
    records : Records
    signer : note.Signer
        The archive's ledger key, for the proof.
    software : mapping
        `version` and `sha256` of the program.
    """

    def __init__(self, records: Records, signer: note.Signer, *, software: Mapping[str, str]) -> None:
        self._records = records
        self._signer = signer
        self._software = software

    def run(self, actor: Actor, person: Signer | None, wanted: str) -> Signed:
        """Sign the certificate of an erasure; the second person's signature issues it. Once issued, everybody gets the same file.

        Raises
        ------
        InputError
            No such erasure.
        RefusedError
            Its checks are not passed, nobody signed in, or this person has signed it already.
        """
        run = self._records.erasure_runs.one(wanted)
        if run.issued_leaf is not None:
            return Signed(given=SIGNERS, file=self.file(run))
        with self._records.noting_refusals(actor, "erasure", what="certificate", run=run.id):
            check_certificate(run.checks)
            signers = [one.person_id for one in self._records.signatures.of(WHAT, run.id)]
            if person is None or actor.person_id is None:
                raise RefusedError("a certificate is signed by named people", rule=Rule.PERSON_NEEDED, remedy="repeat it with --as PERSON")
            check_second(signers[0] if signers else None, actor.person_id)
        text = run.certificate or canonical_json(self._document(run))
        self._sign(run, text, person, signers)
        return Signed(given=len(signers) + 1, file=self.file(self._records.erasure_runs.one(run.id)) if signers else b"")

    def text(self, run: ErasureRun) -> Mapping[str, Any]:
        """Return what a certificate says, or will say once the first person signs it."""
        return dict(json.loads(run.certificate or canonical_json(self._document(run))))

    def file(self, run: ErasureRun) -> bytes:
        """Return the file of an issued certificate, byte for byte the same each time; `InputError` before it is."""
        if run.issued_leaf is None:
            raise InputError(
                f"the certificate of {run.id} waits for a second signature", remedy="visavis erase certificate ID --as ANOTHER"
            )
        ledger, size = self._records.ledger, run.issued_leaf + 1
        head = Checkpoint(origin=self._signer.name, size=size, root=root(size, ledger.node))
        proof = Proof(
            seq=run.issued_leaf,
            path=tuple(inclusion_path(run.issued_leaf, size, ledger.node)),
            checkpoint=note.sign(head.text(), self._signer),
        )
        signatures = [
            CertificateSignature(person_id=one.person_id, public_key=one.public_key, statement=one.statement, signature=one.signature)
            for one in self._records.signatures.of(WHAT, run.id)
        ]
        leaf = next(iter(ledger.leaves(run.issued_leaf, size))).body
        return Certificate(document=json.loads(run.certificate), signatures=signatures, leaf=leaf, proof=proof).to_bytes()

    def _sign(self, run: ErasureRun, text: bytes, person: Signer, signers: list[PersonId]) -> None:
        sha256, who = digest(json.loads(text)), person.actor.person_id
        if who is None:
            raise ValueError("a signer has signed in")
        with self._records.work(person.actor) as work:
            statement, signature = person.statement(WHAT, run.id, {"certificate": sha256}, at=work.at)
            self._records.signatures.add(work, what=WHAT, object_id=run.id, person_id=who, statement=statement, signature=signature)
            if not signers:
                self._records.erasure_runs.fix(work, run, text)
                work.leaf("erasure", what="certificate signed", run=run.id, certificate=sha256)
            else:
                leaf = work.leaf("erasure", what="certified", run=run.id, certificate=sha256, signed_by=[*signers, who])
                self._records.erasure_runs.issued(work, run, leaf)

    def _document(self, run: ErasureRun) -> dict[str, Any]:
        counted = {**run.counted, "codes": run.counted["rows of templates"]}
        notices = self._records.erasure_runs.notices(run.number)
        today = self._records.clock.now().date()
        return {
            "what": KIND,
            "archive": self._records.archive_id,
            "erasure": run.id,
            "ground": run.ground,
            "ordered_at": run.begun_at.isoformat(),
            "erased_at": run.done_at.isoformat() if run.done_at else "",
            "checked_at": run.checked_at.isoformat() if run.checked_at else "",
            "objects": dict(run.objects),
            "stores": [{"store": store, "count": counted[store], "method": method} for store, method in METHODS.items()],
            "originals": self._records.originals.outcomes(run.number),
            "checks": list(run.checks or ()),
            "recipients": {"to_be_told": len(notices), "told": sum(one.sent_at is not None for one in notices)},
            "backups": [{"id": one.id, "keep_until": one.keep_until.isoformat()} for one in self._records.backups.kept(today)],
            "software": dict(self._software),
            "cannot_show": list(CANNOT_SHOW),
        }
