"""`/aws`: boto3 at the desk, and every answer held against Amazon's own description of the service."""

import asyncio
import datetime as dt
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from visavis.web.aws import faces
from visavis.wiring.build import SystemClock

boto3 = pytest.importorskip("boto3")

from botocore.awsrequest import AWSResponse  # noqa: E402 - behind the importorskip
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402

ORIGIN = "http://127.0.0.1:8478"
PASSPHRASE = "a long passphrase of the tests"
EVERYTHING = ("search", "ingest", "browse", "erase")


class Served:
    """The desk as boto3 asks it, without a socket, and what carries its jobs out in this process."""

    def __init__(self, desk) -> None:
        self.desk, self.ending, self.sent = desk, threading.Event(), []
        self.thread = threading.Thread(target=self._jobs)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()

    def send(self, request, **_):
        """Answer a request of botocore's in the place of the network."""
        self.sent.append(request)
        headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
        answer = asyncio.run(self._ask(request.method, request.url, headers, request.body))
        raw = type("Raw", (), {"stream": lambda *_, **__: iter([answer.content])})()
        return AWSResponse(request.url, answer.status_code, answer.headers, raw)

    def post(self, body=b"{}", *, path="/aws", **headers):
        return asyncio.run(self._ask("POST", ORIGIN + path, {name.replace("_", "-"): text for name, text in headers.items()}, body))

    async def _ask(self, method, url, headers, body):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=self.desk.app)) as client:
            return await client.request(method, url, headers=headers, content=body)

    def _jobs(self) -> None:
        """Carry out what waits, as the supervisor's process does."""
        back = self.desk.house.back
        while not self.ending.wait(0.05):
            back.hand_in(lambda archive: (job := archive.jobs.next()) and archive.jobs.carry_out(job)).result()


class Rekognition:
    """A program with boto3, and Amazon's description of what it is answered."""

    def __init__(self, served: Served, key: str, *, path: str = "/aws", tries: int = 3) -> None:
        self.key = key
        access, _, secret = key.rpartition("_")
        self.client = boto3.client(
            "rekognition",
            endpoint_url=ORIGIN + path,
            region_name="eu-west-3",
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            config=Config(retries={"total_max_attempts": tries, "mode": "standard"}),
        )
        self.model = self.client.meta.service_model
        self.bodies: list[dict] = []
        self.client.meta.events.register("before-send.rekognition", served.send)
        self.client.meta.events.register("after-call.rekognition", self._keep)

    def _keep(self, http_response, **_):
        self.bodies.append(json.loads(http_response.text))

    def ask(self, act: str, **said):
        """Ask, and hold what came against the description: no key that is not Amazon's, and every type as it says."""
        answer = getattr(self.client, act)(**said)
        operation = self.model.operation_model("".join(word.title() for word in act.split("_")))
        check(self.bodies[-1], operation.output_shape)
        return answer

    def refused(self, act: str, **said):
        with pytest.raises(ClientError) as caught:
            getattr(self.client, act)(**said)
        assert caught.value.response["ResponseMetadata"]["RequestId"]
        return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def check(value, shape):
    """Hold a value against a shape of botocore's model."""
    if shape.type_name == "structure":
        assert set(value) <= set(shape.members), (shape.name, set(value) - set(shape.members))
        assert set(shape.required_members) <= set(value)
        for name, inner in value.items():
            check(inner, shape.members[name])
    elif shape.type_name == "list":
        for inner in value:
            check(inner, shape.member)
    elif shape.type_name == "string":
        assert isinstance(value, str)
        assert value in shape.enum or not shape.enum
        if "pattern" in shape.metadata:
            assert re.fullmatch(shape.metadata["pattern"], value), (shape.name, value)
    else:
        kinds = {"float": (float, int), "integer": int, "long": int, "timestamp": float}
        assert isinstance(value, kinds[shape.type_name])
        assert shape.metadata.get("min", value) <= value <= shape.metadata.get("max", value)


@pytest.fixture
def handed_in(museum, tmp_path):
    """Point the museum at a folder of this test's own, that may be written to."""
    from visavis.wiring.archive import open_archive

    with open_archive(museum.folder) as archive:
        root = archive.source("Museum").roots[0].path
        own = shutil.copytree(root, tmp_path / "theirs")
        archive.move_source("Museum", own)
    (own / "in").mkdir()
    return own / "in"


@pytest.fixture
def key_made(museum):
    """Return a maker of keys of the museum, made by Ada, with a collection each."""

    def made(archive, name, acts=EVERYTHING, collection="photos", folder=None, **more):
        with archive.acting_as(archive.accounts.sign_in("Ada", PASSPHRASE)):
            until = (SystemClock().now() + dt.timedelta(days=30)).date()
            _, key = archive.services.add(name, sources=["Museum"], case_id=museum.case, until=until, acts=acts, **more)
            archive.collections.allow(collection, key=name, source="Museum", folder=folder)
            return key

    return made


@pytest.fixture
def key_of(desk, key_made):
    """Return the same for the desk that is open."""
    return lambda name, **more: asyncio.run(desk.house.archive.act(None, lambda archive: key_made(archive, name, **more)))


@pytest.fixture
def served(desk):
    with Served(desk) as server:
        yield server


def test_boto3_creates_indexes_searches_lists_and_deletes_with_amazons_own_shapes(
    handed_in, served, key_of, examples, macron, ledger_of, museum, monkeypatch
):
    aws = Rekognition(served, key_of("Photo desk", folder=handed_in))
    made = aws.ask("create_collection", CollectionId="photos")
    assert made["StatusCode"] == 200
    assert made["CollectionArn"].endswith(":collection/photos")
    assert aws.ask("describe_collection", CollectionId="photos")["FaceCount"] == 2

    picture = (examples / "eileen-collins.jpg").read_bytes()
    hasty = Rekognition(served, aws.key, tries=1)
    with monkeypatch.context() as patched:
        patched.setattr(faces, "PATIENCE_S", 0.0)
        kind, why = hasty.refused("index_faces", CollectionId="photos", Image={"Bytes": picture}, ExternalImageId="NASA:S99")
        assert (kind, "is kept, and is not read yet" in why) == ("ThrottlingException", True)
    said = {"CollectionId": "photos", "Image": {"Bytes": picture}, "ExternalImageId": "NASA:S99", "MaxFaces": 1, "QualityFilter": "AUTO"}
    (record,) = aws.ask("index_faces", **said)["FaceRecords"]
    face = record["Face"]
    assert face["ExternalImageId"] == "NASA:S99"
    assert 60 < face["Confidence"] <= 100
    (again,) = aws.ask("index_faces", **said)["FaceRecords"]
    assert again["Face"]["FaceId"] == face["FaceId"]
    assert len(list(handed_in.iterdir())) == 1

    found = aws.ask("search_faces_by_image", CollectionId="photos", Image={"Bytes": picture}, FaceMatchThreshold=90, MaxFaces=5)
    (match,) = found["FaceMatches"]
    assert match["Face"] == face
    assert match["Similarity"] > 99
    assert found["SearchedFaceConfidence"] > 60
    search_id = found["ResponseMetadata"]["HTTPHeaders"]["x-visavis-search-id"]
    assert any(search_id in leaf for leaf in ledger_of(museum.folder))

    theirs = aws.ask("search_faces_by_image", CollectionId="photos", Image={"Bytes": macron.read_bytes()})["FaceMatches"]
    assert len(theirs) == 2
    beside = aws.ask("search_faces", CollectionId="photos", FaceId=theirs[0]["Face"]["FaceId"], FaceMatchThreshold=80)
    assert [one["Face"]["FaceId"] for one in beside["FaceMatches"]] == [theirs[1]["Face"]["FaceId"]]

    pages = aws.client.get_paginator("list_faces").paginate(CollectionId="photos", PaginationConfig={"PageSize": 1})
    listed = [one["FaceId"] for page in pages for one in page["Faces"]]
    assert len(listed) == len(set(listed)) == 3
    for body in aws.bodies[-3:]:
        check(body, aws.model.operation_model("ListFaces").output_shape)

    unknown = "01a20294-abe7-7094-a57f-37246b8fa3e5"
    gone = aws.ask("delete_faces", CollectionId="photos", FaceIds=[face["FaceId"], unknown])
    assert gone["DeletedFaces"] == [face["FaceId"]]
    assert gone["UnsuccessfulFaceDeletions"] == [{"FaceId": unknown, "Reasons": ["FACE_NOT_FOUND"]}]
    assert not aws.ask("search_faces_by_image", CollectionId="photos", Image={"Bytes": picture}, FaceMatchThreshold=90)["FaceMatches"]
    assert aws.ask("describe_collection", CollectionId="photos")["FaceCount"] == 2


def test_a_picture_for_a_frozen_source_is_refused_before_it_lies_anywhere(handed_in, desk, served, key_of, examples):
    aws = Rekognition(served, key_of("Photo desk", folder=handed_in))
    aws.ask("create_collection", CollectionId="photos")

    def freeze(archive):
        with archive.acting_as(archive.accounts.sign_in("Ada", PASSPHRASE)):
            archive.charters.freeze("Museum", "a complaint")

    asyncio.run(desk.house.archive.act(None, freeze))
    picture = {"Bytes": (examples / "eileen-collins.jpg").read_bytes()}
    for act, said in (("index_faces", {"Image": picture}), ("search_faces_by_image", {"Image": picture}), ("list_faces", {})):
        kind, why = aws.refused(act, CollectionId="photos", **said)
        assert (kind, "source-live" in why) == ("AccessDeniedException", True), (act, why)
    assert list(handed_in.iterdir()) == []


def test_a_picture_that_the_source_leaves_out_is_said_to_be_passed_over(handed_in, served, key_of, examples):
    (handed_in / ".visavisignore").write_text("*.jpg", encoding="utf-8")
    aws = Rekognition(served, key_of("Photo desk", folder=handed_in))
    aws.ask("create_collection", CollectionId="photos")
    kind, why = aws.refused("index_faces", CollectionId="photos", Image={"Bytes": (examples / "eileen-collins.jpg").read_bytes()})
    assert (kind, "passed over" in why) == ("InvalidParameterException", True)


@pytest.fixture
def serve(museum):
    """Start the desk of the museum as a user does, with its own process for jobs, and return its address."""
    port = 40_000 + os.getpid() % 20_000
    command = [sys.executable, "-m", "visavis", "serve", "-a", str(museum.folder), "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ | {"CLOSED_NETWORK": "loopback"}, stderr=subprocess.PIPE, text=True)
    said = process.stderr.readline()
    assert "The desk is open" in said, said + process.stderr.read()
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert process.returncode == 130


def test_the_example_of_the_reference_runs_against_a_server_on_loopback(handed_in, museum, serve, key_made, examples, tmp_path):
    from visavis.wiring.archive import open_archive

    page = (Path(__file__).parents[2] / "docs" / "reference" / "rekognition.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    shutil.copy(examples / "eileen-collins.jpg", tmp_path / "photo.jpg")
    with open_archive(museum.folder) as archive:
        key = key_made(archive, "Old program", folder=handed_in)
    environment = os.environ | {"CLOSED_NETWORK": "loopback-client", "DESK": serve, "KEY": key, "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"(99\.\d+|100\.0) box-12\n", done.stdout)


def test_a_collection_that_nobody_allowed_is_refused_and_what_is_not_created_is_not_there(served, key_of, ledger_of, museum):
    aws = Rekognition(served, key_of("Photo desk"))
    kind, said = aws.refused("create_collection", CollectionId="others")
    assert kind == "AccessDeniedException"
    assert "key-bounds" in said
    assert "visavis collection allow" in said
    assert any('"what":"collection-create"' in leaf.replace(" ", "") for leaf in ledger_of(museum.folder))
    assert aws.refused("list_faces", CollectionId="photos")[0] == "ResourceNotFoundException"
    aws.ask("create_collection", CollectionId="photos")
    assert aws.refused("create_collection", CollectionId="photos")[0] == "ResourceAlreadyExistsException"
    assert aws.refused("list_faces", CollectionId="Photos")[0] == "ResourceNotFoundException"


def test_a_key_does_in_a_collection_what_it_is_for_and_no_more(served, key_of, macron):
    searching = Rekognition(served, key_of("Search only", acts=("search",)))
    searching.ask("create_collection", CollectionId="photos")
    picture = {"Bytes": macron.read_bytes()}
    assert searching.ask("search_faces_by_image", CollectionId="photos", Image=picture)["FaceMatches"]
    face = "01a20294-abe7-7094-a57f-37246b8fa3e5"
    for act, said in (
        ("list_faces", {}),
        ("describe_collection", {}),
        ("index_faces", {"Image": picture}),
        ("delete_faces", {"FaceIds": [face]}),
    ):
        kind, why = searching.refused(act, CollectionId="photos", **said)
        assert (kind, "key-bounds" in why) == ("AccessDeniedException", True), (act, why)
    reading = Rekognition(served, key_of("Read only", acts=("ingest", "browse"), collection="other"))
    reading.ask("create_collection", CollectionId="other")
    assert "takes no pictures" in reading.refused("index_faces", CollectionId="other", Image=picture)[1]
    assert reading.refused("search_faces_by_image", CollectionId="other", Image=picture)[0] == "AccessDeniedException"
    assert reading.refused("list_faces", CollectionId="photos")[0] == "ResourceNotFoundException"


def test_the_rate_and_the_burst_of_a_key_hold_here_too(served, key_of, macron, examples):
    aws = Rekognition(served, key_of("Once an hour", per_hour=1, per_day=1), tries=1)
    aws.ask("create_collection", CollectionId="photos")
    said = {"CollectionId": "photos", "Image": {"Bytes": macron.read_bytes()}}
    aws.ask("search_faces_by_image", **said)
    kind, why = aws.refused("search_faces_by_image", **said, MaxFaces=1)
    assert (kind, "key-rate" in why) == ("ThrottlingException", True)
    camera = Rekognition(served, key_of("Camera"))
    camera.ask("create_collection", CollectionId="photos")
    kinds = []
    for number in range(1, 10):
        try:
            camera.client.search_faces_by_image(**said, MaxFaces=number)
        except ClientError as error:
            kinds.append(error.response["Error"])
    assert kinds[0]["Code"] == "AccessDeniedException"
    assert "no-camera" in kinds[0]["Message"]


@pytest.fixture
def aws(served, key_of):
    made = Rekognition(served, key_of("Photo desk"))
    made.ask("create_collection", CollectionId="photos")
    return made


def test_what_can_not_be_done_is_refused_by_its_name(aws, group):
    photos = {"CollectionId": "photos"}
    s3 = {"S3Object": {"Bucket": "http://169.254.169.254/", "Name": "latest"}}
    assert aws.refused("search_faces_by_image", **photos, Image=s3)[0] == "InvalidS3ObjectException"
    assert aws.refused("search_faces_by_image", **photos, Image={"Bytes": b"GIF89a nothing"})[0] == "InvalidImageFormatException"
    assert aws.refused("index_faces", **photos, Image={"Bytes": b"x" * ((5 << 20) + 1)})[0] == "ImageTooLargeException"
    kind, why = aws.refused("list_faces", **photos, FaceIds=["01a20294-abe7-7094-a57f-37246b8fa3e5"])
    assert (kind, "FaceIds is not taken here" in why) == ("InvalidParameterException", True)
    assert "Tags" in aws.refused("create_collection", **photos, Tags={"a": "b"})[1]
    assert aws.refused("list_faces", **photos, NextToken="../etc")[0] == "InvalidPaginationTokenException"
    assert "ListFaces" in aws.refused("search_faces", **photos, FaceId="01a20294-abe7-7094-a57f-37246b8fa3e5")[1]
    kind, why = aws.refused("index_faces", **photos, Image={"Bytes": group.read_bytes()}, MaxFaces=1)
    assert (kind, "shows 4 faces" in why) == ("InvalidParameterException", True)
    with pytest.raises(ClientError) as caught:
        aws.client.list_collections()
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"
    nobody = aws.ask("index_faces", **photos, Image={"Bytes": _blank()})
    assert nobody["FaceRecords"] == nobody["UnindexedFaces"] == []
    assert "Should be at least 1" in aws.refused("search_faces_by_image", **photos, Image={"Bytes": _blank()})[1]


def test_of_several_faces_the_largest_is_searched(aws, group):
    found = aws.ask("search_faces_by_image", CollectionId="photos", Image={"Bytes": group.read_bytes()})
    assert found["SearchedFaceBoundingBox"]["Width"] > 0


def test_a_page_of_faces_may_end_within_a_picture(aws):
    one = aws.ask("list_faces", CollectionId="photos", MaxResults=1)
    rest = aws.ask("list_faces", CollectionId="photos", NextToken=one["NextToken"])
    assert len(one["Faces"]) == len(rest["Faces"]) == 1
    assert "NextToken" not in rest
    assert one["Faces"] != rest["Faces"]


def test_no_key_erases_in_the_name_of_an_owner_who_was_revoked(desk, served, aws):
    (face, _) = aws.ask("list_faces", CollectionId="photos")["Faces"]

    def revoke(archive):
        with archive.acting_as(archive.accounts.sign_in("Ada", PASSPHRASE)):
            archive.people.add("Grace", ["owner"], passphrase=PASSPHRASE)
        with archive.acting_as(archive.accounts.sign_in("Grace", PASSPHRASE)):
            archive.people.revoke("Ada")

    asyncio.run(desk.house.archive.act(None, revoke))
    kind, why = aws.refused("delete_faces", CollectionId="photos", FaceIds=[face["FaceId"]])
    assert (kind, "signed-in" in why) == ("AccessDeniedException", True)
    assert aws.ask("describe_collection", CollectionId="photos")["FaceCount"] == 2


def test_a_request_is_answered_once_and_its_repeat_is_asked_to_sign_anew(served, aws):
    aws.ask("describe_collection", CollectionId="photos")
    before = served.sent[-1]
    answer = served.send(before)
    assert (answer.status_code, json.loads(answer.text)["__type"]) == (400, "ThrottlingException")


def test_two_like_requests_within_a_second_are_both_answered(aws):
    answers = [aws.ask("describe_collection", CollectionId="photos")["FaceCount"] for _ in range(2)]
    assert answers == [2, 2]


def test_a_signature_of_another_secret_time_path_or_body_opens_nothing(served, aws, key_of):
    aws.ask("list_faces", CollectionId="photos")
    good = {name: text.decode() if isinstance(text, bytes) else text for name, text in served.sent[-1].headers.items()}
    good.pop("Content-Length")
    body = served.sent[-1].body

    def kind(body=body, path="/aws", **changed):
        answer = served.post(body, path=path, **{**good, **changed})
        assert answer.status_code == 400
        assert answer.headers["x-amzn-requestid"]
        assert answer.headers["content-type"] == "application/x-amz-json-1.1"
        return answer.json()["__type"]

    other = re.sub(r"Signature=\w{8}", "Signature=00000000", good["Authorization"])
    assert kind(Authorization=other) == "UnrecognizedClientException"
    assert kind(body=b'{"CollectionId": "photo"}') == "UnrecognizedClientException"
    assert kind(path="/aws/") == "UnrecognizedClientException"
    assert kind(**{"X-Amz-Target": "RekognitionService.DescribeCollection"}) == "UnrecognizedClientException"
    assert kind(Authorization=re.sub("vis_.{32}", "vis_" + 32 * "0", good["Authorization"])) == "UnrecognizedClientException"
    assert kind(Authorization=good["Authorization"].replace("rekognition/", "s3/")) == "InvalidSignatureException"
    assert kind(Authorization=good["Authorization"].replace("host;", "")) == "IncompleteSignatureException"
    assert kind(Authorization="Bearer something") == "IncompleteSignatureException"
    assert kind(**{"X-Amz-Date": "20201122T124400Z"}) == "InvalidSignatureException"
    assert served.post().json()["__type"] == "MissingAuthenticationTokenException"
    assert kind(path="/aws?a=b") == "InvalidParameterException"


def test_a_signature_is_good_for_five_minutes(served, aws, clock):
    clock.ahead = dt.timedelta(minutes=6)
    kind, why = aws.refused("list_faces", CollectionId="photos")
    assert kind == "InvalidSignatureException"
    assert "it is" in why


def test_the_endpoint_may_end_in_a_slash(served, key_of):
    aws = Rekognition(served, key_of("With a slash"), path="/aws/")
    assert aws.ask("create_collection", CollectionId="photos")["StatusCode"] == 200


def _blank() -> bytes:
    """Return a photograph of nobody."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (640, 480), (120, 130, 140)).save(out, "JPEG")
    return out.getvalue()
