"""`visavis-audit`: checks an exported ledger, and certificates of erasure, offline. It needs nothing of the archive and writes nothing.

Exit codes: 0 sound · 5 something is wrong, each on a line of its own · 2 what was given can't be used.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from visavis.cli.output.plain_text import shown
from visavis.domain.errors import DamageError, InputError
from visavis.ledger.audit import Audit, Finding
from visavis.ledger.certificate import Certificate, problems_in, problems_of, read_certificate
from visavis.ledger.export import LEAF
from visavis.ledger.note import read_verifier
from visavis.ledger.order_report import problems


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the auditor's tool; return its exit code."""
    given = _parser().parse_args(arguments)
    try:
        old = [path.read_bytes() for path in given.checkpoint]
        certificates = [read_certificate(path.read_bytes()) for path in given.certificate]
        proven = [certificate.proof.checkpoint for certificate in certificates]
        audit = Audit([*old, *proven], key=read_verifier(given.key) if given.key else None)
        with given.export.open("rb") as export:
            finding = audit.run(export)
        wrong = [problem for one in certificates for problem in _certified(one, given.export, finding)]
        told = _compare(given.export, given.report) if given.report else ()
        finding = replace(finding, problems=(*finding.problems, *wrong, *told))
    except InputError as error:
        sys.stderr.write(f"visavis-audit: {shown(str(error))}\n")
        return InputError.exit_code
    except OSError as error:
        sys.stderr.write(shown(f"visavis-audit: {error.filename}: {error.strerror}") + "\n")
        return InputError.exit_code
    for line in _report(finding, anchored=bool(old or given.key), certificates=len(certificates)):
        sys.stdout.write(shown(line) + "\n")
    if given.report and not finding.problems:
        sys.stdout.write("report: says what the leaves tell\n")
    return DamageError.exit_code if finding.problems else 0


def _compare(export: Path, report: Path) -> list[str]:
    """Say what in a report of an order is not what the leaves of an export tell."""
    text = export.read_bytes()
    head = len(LEAF) + 65  # «leaf HASH », then the leaf
    bodies = (line[head:] for line in text.split(b"\n") if line.startswith(LEAF))
    return problems(report.read_bytes(), hashlib.sha256(text).hexdigest(), bodies)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="visavis-audit",
        description="Check an exported ledger of Visavis, offline.",
        epilog="Exit codes: 0 sound, 5 something is wrong with the ledger, 2 what was given can't be used.",
    )
    parser.add_argument("export", type=Path, metavar="EXPORT", help="what `visavis ledger export` wrote")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        action="append",
        default=[],
        metavar="OLD",
        help="a checkpoint that was kept outside the house: the export must go on from it; may be given several times",
    )
    parser.add_argument("--report", type=Path, metavar="REPORT", help="what `visavis order report` wrote beside the export")
    parser.add_argument(
        "--certificate",
        type=Path,
        action="append",
        default=[],
        metavar="CERT",
        help="a certificate of erasure (JSON): its signatures, its checks, and that the export holds its leaf",
    )
    parser.add_argument("--key", metavar="KEY", help="the key that must have signed: NAME+ID+KEY")
    return parser


def _certified(certificate: Certificate, file: Path, finding: Finding) -> Iterator[str]:
    """Yield what is wrong with a certificate, in itself and against the export."""
    yield from problems_of(certificate)
    with file.open("rb") as export:
        yield from problems_in(certificate, export, finding.origin)


def _report(finding: Finding, *, anchored: bool, certificates: int) -> list[str]:
    if finding.problems:
        return [*finding.problems, f"NOT sound: {len(finding.problems)} wrong in {finding.leaves:,} leaves"]
    lines = [f"ledger {finding.origin}", f"signed by {finding.key}"]
    if finding.leaves:
        lines.append(f"from {finding.first_at} to {finding.last_at}")
    if not anchored:
        lines.append("note: without --checkpoint or --key this shows only that the export agrees with itself")
    payloads = f", {finding.payloads:,} payloads" if finding.payloads else ""
    if certificates:
        lines.append(f"{certificates} certificate{'s' if certificates > 1 else ''} of erasure: signed by two people, in this ledger")
    return [*lines, f"sound: {finding.leaves:,} leaves{payloads}"]


def run() -> None:
    """Run as a program."""
    sys.exit(main())


if __name__ == "__main__":
    run()
