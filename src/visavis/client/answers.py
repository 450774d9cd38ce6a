"""What `/v1` answers, key by key; a test holds these equal to the server's own declarations."""

from typing import TypedDict


class Box(TypedDict):
    """Ratios of the upright picture; may reach beyond it."""

    left: float
    top: float
    width: float
    height: float


class ProbeFace(TypedDict):
    """A face of the probe, numbered from 1, left to right and top to bottom."""

    number: int
    box: Box
    picked: bool
    weak: list[str]


class Photo(TypedDict):
    """A probe photograph as it was read."""

    name: str
    faces: list[ProbeFace]


class Probe(TypedDict):
    """What was searched with; no photograph where a search is read again."""

    photos: list[Photo]


class Expected(TypedDict):
    """How many strangers are expected at or above the threshold."""

    count: float
    interval: list[float]
    own_pictures: bool
    rests_on: str
    probes: list[str]
    ranked_by: str


class Candidate(TypedDict):
    """A lead, not an identification."""

    rank: int
    candidate_id: str
    face_id: str
    media_id: str
    source_id: str
    source_title: str
    group: str
    kind: str
    similarity: float
    path: str
    captured_at: str | None
    start_s: float
    end_s: float
    at_s: float
    timecode: str | None
    page: int | None
    box: Box
    probe_face: int
    weak: list[str]
    offline: bool
    decided: str | None
    labels: list[str]
    strangers: float | None
    adjusted: float | None
    together: int | None


class Search(TypedDict):
    """The answer to a search: the keys of `visavis search --format json`."""

    search_id: str
    case_id: str
    at: str
    probe: Probe
    gallery_size: int
    threshold: float
    threshold_trial: str
    pack: str
    undated_left_out: int
    expected_false_hits: str
    expected: Expected | None
    purpose: str
    policy: str
    signed_by: list[str]
    stamp: str
    notices: list[str]
    candidates: list[Candidate]


class Source(TypedDict):
    """A source that the key names."""

    source_id: str
    title: str
    profile: str
    state: str
    live_from: str | None
    live_until: str | None
    charter_version: int
    policy: str
    offline: bool


class File(TypedDict):
    """What became of one file of a source."""

    path: str
    reason: str
    detail: str
    faces: int
    missing: bool
    read_at: str


class MediaFace(TypedDict):
    """A face of a picture; of a film it stands for one appearance."""

    face_id: str
    box: Box
    page: int | None
    at_s: float


class Media(TypedDict):
    """A picture or film of a source."""

    media_id: str
    source_id: str
    kind: str
    format: str
    width: int
    height: int
    captured_at: str | None
    path: str
    offline: bool
    faces: list[MediaFace]


class Job(TypedDict):
    """An ingest job."""

    job_id: str
    kind: str
    source_id: str
    state: str
    wanted: str
    scheduled: bool
    retry_of: str | None
    asked_at: str
    started_at: str | None
    ended_at: str | None
    files: int
    templates: int
    outcomes: dict[str, int]


class Case(TypedDict):
    """A case; `frozen_why` says which burst of probes froze it."""

    case_id: str
    title: str
    state: str
    frozen_why: str
    kind: str
    profile: str
    purpose: str
    source_ids: list[str]
    searches_made: int
    max_searches: int | None
    max_candidates: int | None
    open_until: str | None
    approvals_given: int
    approvals_needed: int
    reviewers_needed: int
    opened_at: str


class Key(TypedDict):
    """A key's bounds; `wait_seconds` until it may search again."""

    key_id: str
    source_ids: list[str]
    case_id: str | None
    acts: list[str]
    per_hour: int
    per_day: int
    ends_at: str
    wait_seconds: int


class Caller(TypedDict):
    """Who asks."""

    kind: str
    roles: list[str]
    key: Key | None
    csrf_token: str | None
