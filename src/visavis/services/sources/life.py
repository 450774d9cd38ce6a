"""The life of a charter after `source add`: signed, answered for, frozen, thawed, amended, and given another folder."""

from pathlib import Path

from visavis.domain.actor import Actor
from visavis.domain.errors import CharterInvalid, InputError
from visavis.domain.signing import Signer
from visavis.law.amending import Amendment, check_amendment
from visavis.law.charter import Charter, SourceState, check_transition, check_usable
from visavis.law.file_signs import Unanswered, check_answered
from visavis.law.orders import check_thaw
from visavis.law.reading import parse_charter, refusal_of
from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.charters import CharterVersion
from visavis.records.orders import covers_all
from visavis.records.sources import SourceRecord
from visavis.services.sources.add import Added
from visavis.services.sources.filing import Look, answer, case_of, charter_of, findings, new_version, sign

ANSWER = 'visavis source answer {} --text "where the pictures come from" --as PERSON'


class CharterLife:
    """Acts on the charters of one archive. A refusal leaves a leaf and no row."""

    def __init__(self, records: Records, rules: Rulebook, *, actor: Actor, signer: Signer | None, look: Look) -> None:
        self._records = records
        self._rules = rules
        self._actor = actor
        self._signer = signer
        self._look = look

    def sign(self, name: str) -> SourceRecord:
        """Put the version that waits in force, under the signature of an owner or a data-protection officer.

        Raises
        ------
        InputError
            No such source, or nothing waits for a signature.
        RefusedError
            `person-needed`, `role-allowed`, `answer-given`, a rule of `law.charter.check_usable`, `charter-life`, `charter-signed`.
        """
        source = self._records.sources.one(name)
        version = self._waiting(source)
        charter = parse_charter(version.toml, self._rules)
        with self._records.noting_refusals(self._actor, "alteration", source=source.id, what="sign", version=version.version):
            check_role(self._actor, Act.SIGN_CHARTER, profile=charter.profile)
            check_usable(charter, self._rules, at=self._records.clock.now())
            over = [finding.rule for finding in self._records.charters.unanswered(source)]
            check_answered(Unanswered(signs=over, remedy=ANSWER.format(source.id)))
            if source.state not in (SourceState.FROZEN, SourceState.LIVE):
                check_transition(source.state, SourceState.LIVE, signed_by=self._actor.person_id)
        self._put_in_force(source, version, charter)
        return self._records.sources.one(source.id)

    def answer(self, name: str, text: str) -> SourceRecord:
        """Write, under one's name, why the files are no contradiction to the charter.

        Raises
        ------
        InputError
            No such source, or no text.
        RefusedError
            `person-needed` or `role-allowed`.
        """
        source = self._records.sources.one(name)
        if not text.strip():
            raise InputError("an answer is a text", remedy=ANSWER.format(source.id))
        with self._records.noting_refusals(self._actor, "alteration", source=source.id, what="answer"):
            check_role(self._actor, Act.ADD_SOURCE, profile=source.profile)
        with self._records.work(self._actor) as work:
            answer(self._records, work, self._signer, source.id, text.strip())
        return source

    def freeze(self, name: str, because: str) -> SourceRecord:
        """Take a source out of every search and ingest, before this returns.

        Raises
        ------
        InputError
            No such source, or no reason.
        RefusedError
            `person-needed`, `role-allowed` or `charter-life`.
        """
        return self._set_state(name, SourceState.FROZEN, because)

    def thaw(self, name: str, because: str) -> SourceRecord:
        """Put a frozen source back; raises as `freeze` does."""
        return self._set_state(name, SourceState.LIVE, because)

    def amend(self, name: str, charter: Path | str) -> SourceRecord:
        """Bring a new version of a charter, as a file or as the text of one.

        It waits for its signature, and the old one stays in force until then.

        Where the profile's own declaration is enough it is in force at once.

        Raises
        ------
        InputError
            No such source, or the charter is the one in force.
        CharterInvalid
            A field is missing or contradicts another; all problems at once.
        RefusedError
            `person-needed`, `role-allowed`, `profile-kept`, `charter-life`, or a rule of `law.charter.check_usable`.
        """
        source = self._records.sources.one(name)
        read = self._read(source, charter)
        new = new_version(read, self._rules)
        if new.sha256 == source.charter_sha256:
            raise InputError("this is the charter that the source has", remedy=f"visavis source show {source.id}")
        with self._records.noting_refusals(self._actor, "alteration", source=source.id, what="amend", profile=read.profile):
            check_role(self._actor, Act.ADD_SOURCE, profile=read.profile)
            check_amendment(Amendment(old=source.profile, new=read.profile))
            check_usable(read, self._rules, at=self._records.clock.now())
            if source.state in (SourceState.EXPIRED, SourceState.ERASED):
                check_transition(source.state, SourceState.LIVE, signed_by=self._actor.person_id)
        with self._records.work(self._actor) as work:
            version = self._records.charters.amend(work, source, new)
            if not self._rules.of(read).profiles[read.profile].person_needed:
                self._records.charters.put_in_force(work, source, version, new, case=None, declared=True)
        return self._records.sources.one(source.id)

    def add_root(self, name: str, folder: Path, *, text: str = "") -> Added:
        """Add a folder of the same class to a source, under one signature; `text` answers for what its files say.

        Raises
        ------
        InputError
            No such source or folder; the folder is a source's already.
        RefusedError
            `person-needed`, `role-allowed`, `charter-life`, `answer-given`.
        """
        source = self._records.sources.one(name)
        root = self._records.check_root(folder)
        charter = parse_charter(source.charter_toml, self._rules)
        with self._records.noting_refusals(self._actor, "collection", source=source.id, what="root"):
            check_role(self._actor, Act.SIGN_CHARTER, profile=source.profile)
            check_usable(charter, self._rules, at=self._records.clock.now())
            signs = self._look(root, source.exclude, charter)
            over = [one.sign for one in signs.contradictions if one.over_limit and not text]
            check_answered(Unanswered(signs=over, remedy='repeat the command with --answer "where the pictures come from"'))
        with self._records.work(self._actor) as work:
            number = self._records.sources.append_root(work, source, root)
            sign(self._records, work, self._signer, "charter", f"{source.id}/folder/{number}", {"charter": source.charter_sha256})
            self._records.charters.found(work, source.id, number, findings(signs.contradictions))
            if text:
                answer(self._records, work, self._signer, source.id, text)
        return Added(source_id=source.id, signs=signs)

    def _set_state(self, name: str, state: SourceState, because: str) -> SourceRecord:
        source = self._records.sources.one(name)
        if not because.strip():
            raise InputError("say why", remedy='--because "…"')
        with self._records.noting_refusals(self._actor, "alteration", source=source.id, what=str(state)):
            check_role(self._actor, Act.FREEZE, profile=source.profile)
            if state is SourceState.LIVE and source.state != SourceState.FROZEN:
                raise InputError(f"«{source.title}» is not frozen, it is {source.state}", remedy=f"visavis source show {source.id}")
            check_transition(source.state, state, signed_by=source.signed_by.person_id if source.signed_by else None)
            if state is SourceState.LIVE:
                check_thaw(self._freezing(source))
        with self._records.work(self._actor) as work:
            self._records.charters.set_state(work, source, state, because=because.strip())
        return self._records.sources.one(source.id)

    def _freezing(self, source: SourceRecord) -> list[str]:
        """Return the orders that cover the whole of a source and stand."""
        claims = self._records.claims.in_force().get(source.number, ())
        return [order.id for order in self._records.orders.standing() if order.freezes and covers_all(order.scope, source.id, claims)]

    def _put_in_force(self, source: SourceRecord, version: CharterVersion, charter: Charter) -> None:
        new = new_version(charter, self._rules)
        case = case_of(charter, self._rules, opened_by=self._actor.person_id)
        facts = {"source": source.id, "version": version.version, "charter": version.sha256, "policy": new.policy}
        with self._records.work(self._actor) as work:
            sign(self._records, work, self._signer, "charter", f"{source.id}/{version.version}", facts)
            self._records.charters.put_in_force(work, source, version.version, new, case=case)

    def _waiting(self, source: SourceRecord) -> CharterVersion:
        for version in self._records.charters.versions(source):
            if version.signed_by is None:
                return version
        raise InputError(f"no charter of «{source.title}» waits for a signature", remedy=f"visavis source show {source.id}")

    def _read(self, source: SourceRecord, charter: Path | str) -> Charter:
        try:
            return charter_of(charter, self._rules)
        except CharterInvalid as error:
            refusal, fields = refusal_of(error)
            self._records.note_refusal(self._actor, "alteration", refusal, source=source.id, what="amend", fields=fields)
            raise
