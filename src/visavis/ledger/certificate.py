"""Certificates of erasure, checked offline: two people's signatures, five checks, and their place in the ledger.

A file is canonical JSON: `certificate` (what was erased and how it was looked for), `signatures` (each person's statement, which holds the
certificate's SHA-256), `leaf` (the act of issuing it) and `proof` (that the leaf stands in the ledger).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from visavis.domain.errors import InputError
from visavis.ledger.checkpoint import Proof, read_checkpoint, read_proof
from visavis.ledger.export import LEAF
from visavis.ledger.leaf import canonical_json
from visavis.ledger.note import ed25519_holds
from visavis.ledger.tree import leaf_hash

WHAT = "erasure-certificate"
KIND = "visavis erasure certificate v1"
CHECKS = ("a", "b", "c", "d", "e")
SIGNERS = 2
MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSignature:
    """One person's signature; `statement` is canonical JSON, `public_key` Ed25519 (32 bytes)."""

    person_id: str
    public_key: bytes
    statement: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate as it is handed out."""

    document: Mapping[str, Any]
    signatures: Sequence[CertificateSignature]
    leaf: bytes
    proof: Proof

    def to_bytes(self) -> bytes:
        """Return the file."""
        signed = [
            {
                "person": one.person_id,
                "public_key": one.public_key.hex(),
                "signature": one.signature.hex(),
                "statement": one.statement.decode(),
            }
            for one in self.signatures
        ]
        told: dict[str, Any] = {
            "certificate": self.document,
            "signatures": signed,
            "leaf": self.leaf.decode(),
            "proof": self.proof.text().decode(),
        }
        return canonical_json(told) + b"\n"


def digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 that is signed, hexadecimal: of the canonical JSON."""
    return hashlib.sha256(canonical_json(document)).hexdigest()


def read_certificate(raw: bytes) -> Certificate:
    """Read a certificate's file; `InputError` if it is none."""
    if len(raw) > MOST_BYTES:
        raise InputError("a certificate of more than 256 MB")
    try:
        told = json.loads(raw)
        signatures = tuple(
            CertificateSignature(
                person_id=str(one["person"]),
                public_key=bytes.fromhex(one["public_key"]),
                statement=one["statement"].encode(),
                signature=bytes.fromhex(one["signature"]),
            )
            for one in told["signatures"]
        )
        document, leaf, proof = told["certificate"], told["leaf"].encode(), told["proof"].encode()
        if document["what"] != KIND:
            raise InputError(f"not a certificate: it does not say «{KIND}»")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError("not a certificate of erasure: it can't be read") from None
    return Certificate(document=document, signatures=signatures, leaf=leaf, proof=read_proof(proof))


def problems_of(certificate: Certificate) -> Iterator[str]:
    """Yield what is wrong with a certificate, by itself; whether its ledger is sound is for the ledger's own audit."""
    document = certificate.document
    passed = {str(check.get("check")): check.get("passed") for check in document.get("checks", ())}
    yield from (f"certificate: check {letter} is not passed" for letter in CHECKS if passed.get(letter) is not True)
    sha256, run = digest(document), document.get("erasure")
    people = {(one.person_id, one.public_key) for one in certificate.signatures}
    if len({person for person, _ in people}) < SIGNERS or len({key for _, key in people}) < SIGNERS:
        yield "certificate: it is not signed by two different people"
    for number, one in enumerate(certificate.signatures, 1):
        if not _holds(one, sha256, run):
            yield f"certificate: signature {number} is not one of this text by the person it names"
    try:
        facts = json.loads(certificate.leaf)["facts"]
    except (ValueError, KeyError, TypeError):
        facts = {}
    if facts.get("certificate") != sha256 or facts.get("what") != "certified":
        yield "certificate: the leaf in it does not tell of this text"
    if not certificate.proof.holds(leaf_hash(certificate.leaf)):
        yield "certificate: the proof does not show that its leaf stands in the ledger"


def problems_in(certificate: Certificate, export: BinaryIO, origin: str) -> Iterator[str]:
    """Yield what a sound export of a ledger says against a certificate: another ledger, another leaf, keys that were never a person's."""
    _, head = read_checkpoint(certificate.proof.checkpoint)
    if head.origin != origin:
        yield f"certificate: it is of another ledger: {head.origin}"
    keys: dict[str, str] = {}
    there = False
    for line in export:
        if not line.startswith(LEAF):
            continue
        body = line[len(LEAF) + 65 : -1]
        there = there or body == certificate.leaf
        if b'"person-added"' in body:
            leaf = json.loads(body)
            keys[str(leaf["objects"].get("person"))] = str(leaf["facts"].get("public_key"))
    if not there:
        yield "certificate: the export does not hold its leaf"
    for one in certificate.signatures:
        if keys.get(one.person_id) != one.public_key.hex():
            yield f"certificate: the ledger knows no person {one.person_id} with the key that signed"


def _holds(one: CertificateSignature, sha256: str, run: object) -> bool:
    try:
        said = json.loads(one.statement)
        named = (said["what"], said["object"], said["person"], said["facts"]["certificate"])
    except (ValueError, KeyError, TypeError):
        return False
    return named == (WHAT, run, one.person_id, sha256) and ed25519_holds(one.public_key, one.signature, one.statement)
