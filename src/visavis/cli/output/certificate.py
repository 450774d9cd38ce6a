"""A certificate of erasure as one page to be printed and signed by hand beside its signatures."""

import json

from visavis.cli.output.page import environment


def certificate_page(file: bytes) -> str:
    """Return the page of a certificate's JSON file; it holds every fact but the commitments and the proof."""
    from visavis.ledger.certificate import digest

    told = json.loads(file)
    leaf = json.loads(told["leaf"])
    return (
        environment()
        .get_template("certificate.html.j2")
        .render(certificate=told["certificate"], signatures=told["signatures"], sha256=digest(told["certificate"]), seq=leaf["seq"])
    )
