"""Signature Version 4: Amazon's published examples, botocore's own signer, and what is refused before a body is read."""

import datetime as dt

import pytest

from visavis.web.signature import NotSigned, Seen, Sent, Signature, signature_of

botocore = pytest.importorskip("botocore")

from botocore.auth import SigV4Auth  # noqa: E402 - behind the importorskip
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
"""The one of Amazon's examples."""
HOST, AT = ("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z")
NOW = dt.datetime(2015, 8, 30, 12, 36, tzinfo=dt.UTC)
FORM = ("content-type", "application/x-www-form-urlencoded")
EXAMPLES = {
    "get-vanilla": ("GET", (HOST, AT), b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    "post-vanilla": ("POST", (HOST, AT), b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    "post-x-www-form-urlencoded": (
        "POST",
        (FORM, HOST, AT),
        b"Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
    "get-header-value-trim": (
        "GET",
        (HOST, ("my-header1", " value1"), ("my-header2", ' "a   b   c"'), AT),
        b"",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
}
"""Of Amazon's test suite «aws-sig-v4-test-suite», those without a query: method, headers, body, signature."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_amazons_examples_fit_and_another_secret_does_not(name):
    method, headers, body, expected = EXAMPLES[name]
    signed = tuple(header for header, _ in headers)
    signature = Signature(access_id="AKIDEXAMPLE", at=AT[1], region="us-east-1", service="service", signed=signed, signature=expected)
    sent = Sent(method=method, path="/", headers=headers, body=body)
    assert signature.fits(sent, SECRET)
    assert not signature.fits(sent, SECRET + "x")


def by_botocore(secret: str, body: bytes, **headers: str) -> dict[str, str]:
    """Return the headers of a request that botocore signed just now."""
    plain = {"X-Amz-Target": "RekognitionService.ListFaces", "Content-Type": "application/x-amz-json-1.1", **headers}
    request = AWSRequest(method="POST", url="http://127.0.0.1:8478/aws", data=body, headers=plain)
    SigV4Auth(Credentials("vis_0", secret), "rekognition", "eu-west-3").add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()} | {"host": "127.0.0.1:8478"}


@pytest.mark.parametrize("body", [b"", b"{}", "{«ä»}".encode(), bytes(range(256)) * 300])
def test_what_botocore_signs_fits_and_a_changed_byte_does_not(body):
    headers = by_botocore("secret", body, **{"X-Other": "a   b "})
    made = signature_of(headers, now=dt.datetime.now(dt.UTC))
    sent = Sent(method="POST", path="/aws", headers=[*headers.items()], body=body)
    assert made.fits(sent, "secret")
    assert not made.fits(Sent(method="POST", path="/aws", headers=[*headers.items()], body=body + b" "), "secret")
    assert not made.fits(Sent(method="PUT", path="/aws", headers=[*headers.items()], body=body), "secret")
    assert not made.fits(Sent(method="POST", path="/aws", headers=[*headers.items(), ("x-other", "c")], body=body), "secret")


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"authorization": ""}, "MissingAuthenticationTokenException"),
        ({"authorization": "AWS4-HMAC-SHA256 Credential=x"}, "IncompleteSignatureException"),
        ({"x-amz-date": "yesterday"}, "IncompleteSignatureException"),
        ({"x-amz-date": "20159930T123600Z"}, "InvalidSignatureException"),
        ({"x-amz-date": "20150830T124101Z"}, "InvalidSignatureException"),
        ({"x-amz-date": "20150830T996000Z"}, "IncompleteSignatureException"),
    ],
)
def test_what_is_no_signature_is_refused_by_amazons_name(changed, kind):
    scope = "Credential=vis_0/20150830/eu-west-3/rekognition/aws4_request"
    good = {
        "authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host;x-amz-date;x-amz-target, Signature={'0' * 64}",
        "x-amz-date": AT[1],
        "x-amz-target": "RekognitionService.ListFaces",
        "host": "here",
    }
    assert signature_of(good, now=NOW).access_id == "vis_0"
    with pytest.raises(NotSigned) as caught:
        signature_of({**good, **changed}, now=NOW)
    assert caught.value.kind == kind
    unsigned = good["authorization"].replace(";x-amz-target", "")
    with pytest.raises(NotSigned):
        signature_of({**good, "authorization": unsigned}, now=NOW)


def test_a_signature_is_the_first_only_once():
    seen = Seen()
    one, other = (Signature(access_id="a", at=AT[1], region="r", service="s", signed=("host",), signature=letter * 64) for letter in "ab")
    assert [seen.first(one), seen.first(other), seen.first(one)] == [True, True, False]
