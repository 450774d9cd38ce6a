"""The names of the rules that may refuse, as stored in outcomes, shown in errors and listed in `docs/law`."""

from enum import StrEnum


class Rule(StrEnum):
    """One rule and what it asks for; the value is stable."""

    says: str

    def __new__(cls, value: str, says: str) -> "Rule":
        """Make a member of its stored value and its one line."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.says = says
        return member

    # ---- a source and its pictures
    PROFILE_USABLE = "profile-usable", "the profile is one under which a source may be kept"
    CHARTER_WHOLE = "charter-whole", "every compulsory field is answered, and no answer contradicts another"
    ANSWER_GIVEN = "answer-given", "a person has answered in writing for what the files say against the charter"
    PROFILE_KEPT = "profile-kept", "only a household's or a trial's source takes another profile, under a new charter"
    CHARTER_IN_DATES = "charter-in-dates", "between the charter's first day and the first end of charter, retention and evidence"
    CHARTER_LIFE = "charter-life", "a source goes draft, live, frozen, expired, erased, and never back from its end"
    CHARTER_SIGNED = "charter-signed", "a named person has signed the charter, where it is not a household's or a trial's"
    DPIA_SIGNED = (
        "dpia-signed",
        "an impact assessment is on file where faces are searched on a large scale (GDPR Art. 35(3)(b), LED Art. 27)",
    )
    PRIOR_REGISTRATION = "prior-registration", "the registration that a country asks for beforehand is on file"
    SOURCE_LIVE = "source-live", "the source is live: no draft, not frozen, expired or erased"
    PHOTO_OR_FILM = "photo-or-film", "still pictures and films that are files; never a camera or a broadcast as it goes on"
    SOURCE_SIZE = "source-size", "within the profile's number of pictures"
    # ---- orders of authorities
    ORDER_STOPS = "order-stops", "no order of an authority stops taking in pictures of this jurisdiction, unknown ones included"
    ORDER_FREEZES = "order-freezes", "no order that stands covers the whole of a source that is to be thawed"
    ORDER_SUSPENDED = "order-suspended", "no appeal suspends the order that is to erase"
    REQUESTS_FIRST = "requests-first", "access requests that are open are answered before an order erases what they ask for"
    CLAIM_EVIDENCE = "claim-evidence", "a claim of jurisdiction is borne out by the evidence that it names"
    CLAIM_SECONDED = "claim-seconded", "a claim made after an order was notified takes effect when a second person bears it out"
    CONSENT_GIVEN = (
        "consent-given",
        "in a source that stands on consent, as many consents as faces cover a picture, each for every purpose, none withdrawn or ended",
    )
    NOT_OBJECTED = "not-objected", "nobody has objected to this face of this picture (GDPR Art. 21)"
    BROWSED_IN_CASE = (
        "browsed-in-case",
        "who looks through a source's pictures owns the archive, or has a part in an open case that names the source; at home anybody",
    )
    # ---- who acts
    PERSON_NEEDED = "person-needed", "a person who signed in with a key acts; only at home and in a trial is the machine's user enough"
    SIGNED_IN = "signed-in", "the passphrase opens the key of a person who is not revoked"
    CLOCK_SET_BACK = "clock-set-back", "the machine's clock is not before the last act in the ledger"
    ROLE_ALLOWED = "role-allowed", "the act belongs to one of the person's roles"
    FACTOR_APART = "factor-apart", "a lost second factor is reset by another owner than who lost it, or on the machine itself"
    INVITED = "invited", "an invitation is used once, within 72 hours, while who invited may still add people"
    ROLES_APART = "roles-apart", "the data-protection officer and the auditor hold no role that they watch over"
    # ---- a program
    KEY_TERMS = "key-terms", "an API key has sources, acts, a rate an hour and a day, and an end within a year"
    KEY_VALID = "key-valid", "the API key is one that an owner made, not revoked and not past its end"
    KEY_BOUNDS = "key-bounds", "a program stays within the acts, the sources and the one case that its key names"
    KEY_RATE = "key-rate", "a program makes no more searches an hour and a day than its key says"
    NO_CAMERA = (
        "no-camera",
        "a burst of nearly identical probes from programs freezes their case until a person releases it (AI Act Art. 5(1)(h))",
    )
    # ---- a case
    CASE_KIND = "case-kind", "a standing case only where the profile has them; police and tracing open each case for one matter"
    CASE_GROUNDS = "case-grounds", "legal reference, necessity and whom it seeks are written down"
    CASE_LIMITS = "case-limits", "a case has a last day and numbers within the pack's limits"
    APPROVER_APART = "approver-apart", "who asks does not approve"
    ONE_KEY_ONCE = "one-key-once", "a key approves once, whatever name it goes by"
    APPROVER_KNOWN = "approver-known", "a new approver waits a day before approving what their creator asks"
    # ---- a search
    CASE_NEEDED = "case-needed", "no case, no search; a household has one standing case"
    CASE_OPEN = "case-open", "not closed, not frozen, and not past its last day"
    CASE_APPROVED = "case-approved", "the case has as many approvals as its profile asks"
    CASE_RENEWED = "case-renewed", "a standing case was renewed within the year"
    SOURCE_IN_CASE = "source-in-case", "the case names the source"
    PROFILE_OF_CASE = "profile-of-case", "the source is of the case's profile: sets of different kinds are never mixed"
    PURPOSE_ALLOWED = (
        "purpose-allowed",
        "the source's charter lists the case's purpose, or the pack's closed table says that it is compatible",
    )
    SEARCHES_LEFT = "searches-left", "the case has searches left"
    CANDIDATES_CAPPED = "candidates-capped", "at most as many candidates as profile and case allow"
    PROBES_CAPPED = "probes-capped", "at most as many faces in one search as the profile allows"
    ONE_FACE = "one-face", "one chosen face a search"
    REASON_GIVEN = "reason-given", "one line says why this search is made"
    GALLERY_MEASURED = (
        "gallery-measured",
        "where the profile asks for it, it was measured on the source's own pictures how often strangers score high",
    )
    SIMILARITY_FLOOR = "similarity-floor", "no similarity below the floor is ever given"
    SOMETHING_TO_SEARCH = "something-to-search", "at least one source is left, where several rules left the others out"
    # ---- after a search
    CASE_MEMBER = (
        "case-member",
        "who opens a case's searches in the desk has opened it, approved it or searched under it, or is a reviewer; at home anybody",
    )
    CASE_FILE = "case-file", "who reads a case's terms in the desk is a member of it, or approves or freezes cases"
    REVIEWER_APART = "reviewer-apart", "who asked, who approved and the two who review are different people"
    VERDICT_UNSEEN = (
        "verdict-unseen",
        "a verdict is taken back within a day, before another person has judged or opened the candidate, and before anything rests on it",
    )
    EXPORT_ALLOWED = "export-allowed", "the profile lets results leave the house"
    OTHERS_MASKED = (
        "others-masked",
        "a clip or a copy shows nobody but the one person that the case asks about (GDPR Art. 5(1)(c), LED Art. 4(1)(c))",
    )
    RECIPIENT_NAMED = "recipient-named", "an exported result names its recipient and the reason"
    LABEL_CATALOGUE = "label-catalogue", "the source's charter lists the purpose catalogue, under which faces may be given names"
    LABEL_DECIDED = "label-decided", "a label is a decision of people: the candidate is decided to be the same"
    LABEL_CORRECTED = "label-corrected", "no label of a name that was corrected away from this face at somebody's request (GDPR Art. 16)"
    # ---- a request of a person
    REQUEST_OPEN = "request-open", "the request is neither answered, refused nor closed"
    ONE_PROBE_SET = "one-probe-set", "one set of photographs a request is searched with, and nothing more"
    REQUEST_LOOKED = "request-looked", "somebody has looked, by what the person named, before a request is answered"
    CANDIDATES_JUDGED = "candidates-judged", "a person has confirmed or rejected every candidate of the request"
    IDENTITY_RECORDED = (
        "identity-recorded",
        "staff have recorded how they made sure that who asks is who is shown, before anything found is sent (GDPR Art. 12(6))",
    )
    CARRIED_OUT = "carried-out", "what was asked for was carried out, with its proof, before it is called done (GDPR Art. 17)"
    REFUSAL_REASONED = "refusal-reasoned", "a refusal names its ground, its reasons and the remedies (GDPR Art. 12(4), (5))"
    CLOCK_EVENT_KNOWN = "clock-event-known", "the policy pack knows the event that is to move a request's day"
    EXTENSION_TOLD = (
        "extension-told",
        "the person is told of an extension within the first period, once, with its reasons (GDPR Art. 12(3))",
    )
    REQUEST_DONE = "request-done", "a request is closed when it was answered, refused, or taken back by the person"
    RESTRICTION_NOTED = "restriction-noted", "a restriction is lifted with a note of why, and of how the person was told (GDPR Art. 18(3))"
    # ---- erasing for good
    HOLD_GROUNDS = "hold-grounds", "a hold names the law, order or proceedings that want it"
    HOLD_ENDS = "hold-ends", "a hold ends within six months"
    SECOND_PERSON = "second-person", "a hold, and the certificate of an erasure, take two people"
    ERASURE_CHECKED = "erasure-checked", "an erasure is certified only when its five checks are made and passed"
    RESTORE_REPLAYED = "restore-replayed", "a restored archive opens only when what was erased since its backup was erased again"
    # ---- the rules themselves
    PACK_SIGNED = "pack-signed", "a local policy pack carries its owner's signature"
