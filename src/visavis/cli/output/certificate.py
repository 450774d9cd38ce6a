"""A certificate of erasure as one page to be printed and signed by hand beside its signatures."""

import json

from visavis.cli.output.page import environment


def certificate_page(file: bytes) -> str:
    """Return the page of a certificate's JSON file; it holds every fact but the commitments and the proof."""
    told = json.loads(file)
    signatures, leaf = told["signatures"], json.loads(told["leaf"])
    sha256 = json.loads(signatures[0]["statement"])["facts"]["certificate"]
    page = environment().get_template("certificate.html.j2")
    return page.render(certificate=told["certificate"], signatures=signatures, sha256=sha256, seq=leaf["seq"])
