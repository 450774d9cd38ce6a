"""What people said of a face and signed goes with the face: signed verdicts and labels, and pictures that were searched with."""

from collections.abc import Sequence

import sqlalchemy as sa

from visavis.records import case_tables, review_tables, tables
from visavis.records.database import Work
from visavis.records.key_tables import data_key
from visavis.records.rotation_tables import transform


def forget_reviews(work: Work, faces: Sequence[int]) -> None:
    """Delete signatures under verdicts and labels of these faces, and what is kept of probes that show them.

    A probe shows an erased face if it was that face, or if a person said of the face, as its candidate, «same». Its row stays: that there
    was a search is a fact of the ledger. The caller writes the leaf.
    """
    signature, probe, label = case_tables.signature, review_tables.probe, review_tables.label
    candidate, verdict = tables.candidate, review_tables.verdict
    here = sa.select(candidate.c.id).where(candidate.c.face_number.in_(faces))
    verdicts = sa.select(verdict.c.id).where(verdict.c.candidate_id.in_(here))
    anchors = sa.select(tables.face.c.anchor).where(tables.face.c.number.in_(faces))
    labels = sa.select(label.c.id).where(label.c.anchor.in_(anchors))
    for what, ids in (("verdict", verdicts), ("label", labels)):
        work.run(sa.delete(signature).where(signature.c.what == what, signature.c.object_id.in_(ids)))
    same = (
        sa.select(probe.c.number)
        .join(candidate, sa.and_(candidate.c.search_id == probe.c.search_id, candidate.c.probe_face == probe.c.probe_face))
        .join(verdict, verdict.c.candidate_id == candidate.c.id)
        .where(candidate.c.face_number.in_(faces), verdict.c.says == "same")
    )
    shown = sa.or_(probe.c.number.in_(same), probe.c.face_id.in_(sa.select(tables.face.c.id).where(tables.face.c.number.in_(faces))))
    work.run(sa.update(probe).where(shown).values(picture=None, face_id=None))


def forget_keys(work: Work, keys: Sequence[int]) -> None:
    """Delete names whose key was destroyed, and close cases whose key was: an older copy of them came back. The caller writes the leaf."""
    label, case = review_tables.label, tables.case
    work.run(sa.delete(label).where(label.c.key_id.in_(keys)))
    work.run(sa.update(case).where(case.c.key_id.in_(keys), case.c.closed_at.is_(None)).values(closed_at=work.at))


def unturnable(work: Work) -> bool:
    """Whether a rotation is in use whose key is destroyed: its templates say nothing any more."""
    query = sa.select(transform.c.number).join(data_key, data_key.c.number == transform.c.key_id).where(data_key.c.wrapped.is_(None))
    return work.ask(query).first() is not None
