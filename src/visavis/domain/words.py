"""The words of the field, each explained in one plain paragraph: what `visavis explain WORD` prints.

A source is named where the meaning follows one: ISO/IEC 2382-37 (vocabulary of biometrics) and ISO/IEC 19795-1 (performance testing)
in substance, not word for word. The rest are Visavis's own.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from visavis.domain.errors import InputError

_VOCABULARY = "after ISO/IEC 2382-37"
_TESTING = "after ISO/IEC 19795-1"
_OWN = "Visavis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word, what it means, and where the meaning comes from."""

    word: str
    meaning: str
    source: str


_TEXTS: tuple[tuple[str, str, str], ...] = (
    (
        "probe",
        "The face you ask about: taken from the photograph given to a search, compared with the gallery, and never added to it.",
        _VOCABULARY,
    ),
    ("gallery", "All the templates that a search compares the probe with. Their number is N, and every rate depends on it.", _TESTING),
    (
        "template",
        "What is stored of a face so that it can be compared: a row of numbers made by one model pack. Templates of two packs can't be "
        "compared. It is biometric data in the sense of the GDPR, and no command shows it.",
        _VOCABULARY,
    ),
    ("embedding", "The row of numbers that a network gives for one face, before it is scaled to length 1 and becomes a template.", _OWN),
    (
        "similarity",
        "How alike two templates are: the cosine of the angle between them, from -1 to 1, more is more alike. It is not a probability "
        "and not a percentage; what a value means depends on the pack and on the size of the gallery.",
        _VOCABULARY,
    ),
    (
        "candidate",
        "One line of a search's answer: a face of the gallery that resembles the probe. It may be someone else; only people decide.",
        _VOCABULARY,
    ),
    ("rank", "A candidate's place in the list: 1 is the most similar.", _TESTING),
    (
        "appearance",
        "A face in one picture, or in one stretch of a video from a start to an end. A still picture is an appearance of length zero.",
        _OWN,
    ),
    ("detection", "A face that was found in a picture: its box, five landmarks, and how sure the detector is that it is a face.", _OWN),
    ("landmark", "A point of a face: the eyes, the tip of the nose, the corners of the mouth. Five of them turn a face upright.", _OWN),
    ("alignment", "Turning, scaling and cutting a face so that its five landmarks lie where the network expects them.", _OWN),
    ("box", "The rectangle round a face, given as shares of the upright picture's width and height.", _OWN),
    (
        "quality",
        "What can be measured of a face before it is compared: size, pose, sharpness, exposure, detector score, length of the embedding. "
        "These are our own measures; none is an ISO quality score. Weak faces stay searchable and say so.",
        _OWN,
    ),
    (
        "threshold",
        "The similarity from which a candidate is shown. The default comes from a recorded trial of the pack and says its N; a larger "
        "gallery brings more false candidates at the same threshold.",
        _TESTING,
    ),
    (
        "mated search",
        "A search for a person who is in the gallery. In a trial this is known; at work it is not.",
        _TESTING,
    ),
    ("non-mated search", "A search for a person who is not in the gallery: every candidate at or above the threshold is false.", _TESTING),
    (
        "FNIR",
        "False negative identification rate: the share of mated searches that miss. FNIR(N, R, T) counts a miss when no picture of the "
        "person is among the first R candidates with a similarity of at least T, in a gallery of N.",
        _TESTING,
    ),
    (
        "FPIR",
        "False positive identification rate: the share of non-mated searches that return any candidate at or above the threshold. It "
        "grows with the size of the gallery.",
        _TESTING,
    ),
    ("rank-1", "The share of mated searches whose first candidate is the right person, without any threshold.", _TESTING),
    (
        "FMR",
        "False match rate: how often two pictures of different people score above a threshold, one pair at a time. A rate of pairs: a "
        "search makes N comparisons, so it says little about searching.",
        _TESTING,
    ),
    (
        "failure to enrol",
        "A picture of a face from which no template could be made, for example because no detector pass found the face. Trials count it "
        "as a miss.",
        _TESTING,
    ),
    ("enrol", "To make a template of a face and add it to the gallery.", _VOCABULARY),
    (
        "identification",
        "Searching a gallery for the face of a probe (one to many). The engine returns candidates; that a candidate is the person is a "
        "decision that people make, and no field of Visavis says it for them.",
        _VOCABULARY,
    ),
    ("verification", "Comparing two faces (one to one): are these the same person? `visavis evaluate pairs` measures it.", _VOCABULARY),
    (
        "pack",
        "A model pack: a folder with the networks that find and embed faces and a manifest that says their shapes, licence and measured "
        "thresholds. It is fixed when an archive is made.",
        _OWN,
    ),
    ("source", "A collection that one controller holds on one legal footing: one or more folders under one charter.", _OWN),
    (
        "charter",
        "The legal file of a source, in TOML: who answers for it, what it may be searched for, on which two legal keys, for how long. "
        "Without a valid one nothing is decoded.",
        _OWN,
    ),
    (
        "profile",
        "The kind of a source (household, trial, consent, archive, tracing, police, evaluation): it decides what a charter must say.",
        _OWN,
    ),
    (
        "legal basis",
        "The first key: the reason in Article 6 of the GDPR (or Article 8 of the Law Enforcement Directive) why the controller may "
        "process personal data at all.",
        "GDPR Art. 6(1)",
    ),
    (
        "condition",
        "The second key: faces searched by machine are biometric data, which Article 9 of the GDPR forbids to process unless one of the "
        "conditions of its second paragraph holds.",
        "GDPR Art. 9(2)",
    ),
    (
        "controller",
        "The person or organisation that decides why and how personal data are processed, and answers for it.",
        "GDPR Art. 4(7)",
    ),
    (
        "DPIA",
        "Data protection impact assessment: a written weighing of the risks, due before faces are searched on a large scale.",
        "GDPR Art. 35",
    ),
    (
        "retention",
        "How long templates may live, and what happens then. For ever is not an answer.",
        "GDPR Art. 5(1)(e)",
    ),
    ("purpose", "What a search is for. It comes from the case, and the source's charter must allow it.", "GDPR Art. 5(1)(b)"),
    (
        "case",
        "The frame of a search: why it is made, for which purpose, in which sources, until when. No case, no search; a household has one "
        "standing case.",
        _OWN,
    ),
    ("standing case", "A case that stays open for daily work, such as describing one's own holdings.", _OWN),
    (
        "clearance",
        "The permission that an index demands for every search: who, which case, which purpose, which sources, how many candidates, until "
        "when. Only the engine's law issues one.",
        _OWN,
    ),
    (
        "policy pack",
        "The rules of a jurisdiction as a dated file: profiles, articles, caps. Each search records which one it was made under.",
        _OWN,
    ),
    ("rule", "A named reason to refuse. Each refusal names its rule and ends with what mends it; `docs/law` lists them all.", _OWN),
    ("lead", "What a candidate is until people have decided: a hint to look further, and nothing more.", _OWN),
    ("decision", "What a person, not the machine, says of a candidate: the same, not the same, or can't say, with grounds.", _OWN),
    (
        "anchor",
        "What a face hangs on for good: the picture's SHA-256, its page or time, and its box. Decisions refer to it, so they survive a new "
        "reading of the picture and a new model.",
        _OWN,
    ),
    (
        "outcome",
        "What became of one file in ingest: indexed, no face, unreadable, refused by a rule, and so on. Each is stored; `visavis outcomes` "
        "lists them.",
        _OWN,
    ),
    ("ingest", "Reading a source's pictures, finding the faces in them and adding their templates to the gallery.", _OWN),
    ("index", "What finds the most similar templates fast. It holds nothing that can't be made again.", _OWN),
    ("group", "Near-duplicate pictures of one face, such as two scans of one print: folded in a table, kept apart in JSON.", _OWN),
    ("offline", "A source whose folder can't be reached or has lost many files at once: its faces stay searchable and say so.", _OWN),
    ("ledger", "The record of every act, in the order it happened. One entry is a leaf.", _OWN),
)

_ALSO: Mapping[str, str] = MappingProxyType(
    {
        "mated": "mated search",
        "non-mated": "non-mated search",
        "nonmated": "non-mated search",
        "fte": "failure to enrol",
        "failure to enroll": "failure to enrol",
        "failures to enrol": "failure to enrol",
        "enroll": "enrol",
        "enrolment": "enrol",
        "rank1": "rank-1",
        "rank 1": "rank-1",
        "model pack": "pack",
        "basis": "legal basis",
        "biometric template": "template",
        "leaf": "ledger",
        "score": "similarity",
        "vector": "embedding",
        "match": "candidate",
        "confidence": "similarity",
        "distance": "similarity",
        "person found": "candidate",
        "1:n": "identification",
        "1:1": "verification",
    }
)
"""Other spellings, and the words of other systems that people look up."""


def glossary() -> tuple[Word, ...]:
    """Return every word, in alphabetical order."""
    return tuple(
        Word(word=word, meaning=meaning, source=source) for word, meaning, source in sorted(_TEXTS, key=lambda text: text[0].lower())
    )


def explain(word: str) -> Word:
    """Look a word up; upper case, plurals, hyphens and the words of other systems are understood.

    Raises
    ------
    InputError
        Not in the glossary; the remedy names the nearest words.
    """
    known = {entry.word.lower(): entry for entry in glossary()}
    asked = " ".join(word.lower().split())
    for form in _forms(asked):
        found = _ALSO.get(form, form)
        if found in known:
            return known[found]
    near = difflib.get_close_matches(asked, [*known, *_ALSO], n=3, cutoff=0.6)
    words = dict.fromkeys(known[_ALSO.get(name, name)].word for name in near)
    raise InputError(
        f"{word!r} is not in the glossary",
        remedy="did you mean " + " or ".join(words) + "?" if words else "`visavis explain` without a word lists them all",
    )


def _forms(asked: str) -> tuple[str, ...]:
    """Return the spellings to try: as asked, in the singular, with hyphens and spaces exchanged."""
    singular = [asked, asked.removesuffix("s"), asked.removesuffix("es")]
    if asked.endswith("ies"):
        singular.append(asked[:-3] + "y")
    if asked.endswith("ses"):
        singular.append(asked[:-2] + "is")
    return tuple(
        dict.fromkeys(form for one in singular for form in (one, one.replace("-", " "), one.replace(" ", "-"), one.replace("_", " ")))
    )
