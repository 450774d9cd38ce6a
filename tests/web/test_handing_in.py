"""Pictures handed in through a browser: in pieces, behind the token, and gone without a trace unless a source is made of them."""

import asyncio
import io
import zipfile

import httpx
import pytest
from PIL import Image

WHERE, UPLOAD, CHARTER = "/sources/new/where", "/sources/new/upload", "/sources/new/charter"


@pytest.fixture
def grace(opening, album, browser_of):
    """Return a browser at home, with a draft of a household's source begun."""
    desk = opening(album)
    browser = browser_of(desk)
    browser.get(f"/start?key={desk.house.start_key}")
    browser.post("/sources/new", {"profile": "household"})
    browser.post("/sources/new/questions/title", {"go": "on", "title": "Family"})
    return browser


@pytest.fixture
def uploads(album):
    """Return a reader of what lies where uploads are kept."""
    return lambda: sorted(path.name for path in (album.parent / "album-uploads").glob("**/*") if path.is_file())


def hand_in(browser, *files: tuple[str, bytes], **more):
    return browser.post(UPLOAD, files=[("pictures", (name, data, "application/octet-stream")) for name, data in files], **more)


def form(token: str, *files: tuple[str, bytes], token_first: bool = True) -> bytes:
    """Write a form by hand, in another order or cut off."""
    field = f'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token}\r\n'.encode()
    parts = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="pictures"; filename="{name}"\r\n\r\n'.encode() + data + b"\r\n"
        for name, data in files
    )
    return (field + parts if token_first else parts + field) + b"--x--\r\n"


def sent(browser, body, kind: str = "multipart/form-data; boundary=x"):
    return browser.ask("POST", UPLOAD, content=body, headers={"content-type": kind})


def test_photographs_and_a_zip_become_a_source_under_names_of_our_making(grace, uploads, macron, examples):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("../../../escaped.jpg", b"x")
        made.write(examples / "rishi-sunak.jpg", "album/1.jpg")
    photo = macron.read_bytes()
    answer = hand_in(grace, ("../../evil.jpg", photo), ("evil.jpg", b"x"), ("notes.txt", b"x"), ("all.zip", packed.getvalue()))
    assert answer.headers["location"] == WHERE
    page = grace.get(WHERE).text
    assert "3 files" in page
    assert "2 left out" in page
    at = grace.post(CHARTER).headers["location"]
    assert uploads() == ["1.jpg", "evil (2).jpg", "evil.jpg"]
    assert "album-uploads" in grace.get(at).text


def test_handing_in_again_replaces_and_taking_back_removes(grace, uploads):
    hand_in(grace, ("a.jpg", b"x"))
    hand_in(grace, ("b.jpg", b"x"))
    assert uploads() == ["b.jpg"]
    assert grace.post("/sources/new/upload/drop").headers["location"] == WHERE
    assert uploads() == []
    assert grace.post(CHARTER).status_code == 422


def test_a_dropped_draft_takes_its_pictures_with_it(grace, uploads):
    hand_in(grace, ("a.jpg", b"x"))
    grace.post("/sources/new/drop")
    assert uploads() == []


def test_what_a_session_that_ended_left_is_swept_before_the_next_upload(grace, uploads, browser_of, album, opening):
    hand_in(grace, ("lost.jpg", b"x"))
    grace.house.sessions.end(grace.client.cookies["visavis"])
    assert uploads() == ["lost.jpg"]
    grace.get(f"/start?key={grace.house.start_key}")
    grace.post("/sources/new", {"profile": "household"})
    hand_in(grace, ("new.jpg", b"x"))
    assert uploads() == ["new.jpg"]
    opening(album)  # the desk is started anew
    assert uploads() == []


def test_an_upload_without_a_picture_is_told_so_and_leaves_nothing(grace, uploads):
    for files in ([], [("notes.txt", b"x")], [("", b"")]):
        answer = sent(grace, form(grace.token(), *files))
        assert (answer.status_code, "No picture or film" in answer.text) == (422, True), files
        assert uploads() == []


def test_no_file_is_taken_without_the_token_of_the_page(grace, uploads):
    for token in ("", "0" * 64, "x" * 300):
        assert sent(grace, form(token, ("a.jpg", b"x"))).status_code in (403, 422)
        assert uploads() == []


def test_no_file_is_taken_before_the_token(grace, uploads):
    assert sent(grace, form(grace.token(), ("a.jpg", b"x"), token_first=False)).status_code == 403
    assert uploads() == []


def test_an_upload_from_another_site_is_refused(grace, uploads):
    assert hand_in(grace, ("a.jpg", b"x"), headers={"origin": "https://evil.example"}).status_code == 403
    assert uploads() == []


BROKEN = {
    "cut off": lambda token: form(token, ("a.jpg", b"x" * 5000))[:-20],
    "cut off in a ZIP": lambda token: form(token, ("a.zip", b"PK\3\4" + b"x" * 5000))[:-20],
    "no ZIP": lambda token: form(token, ("a.zip", b"x")),
    "empty": lambda token: b"",
    "another boundary": lambda token: form(token, ("a.jpg", b"x")).replace(b"--x", b"--y"),
    "a header without end": lambda token: form(token)[:-8] + b"\r\n--x\r\n" + b"X" * 9000 + b": 1\r\n",
}


def test_a_body_that_is_broken_is_refused_and_leaves_nothing(grace, uploads):
    for name, body in BROKEN.items():
        assert sent(grace, body(grace.token())).status_code in (403, 422), name
        assert uploads() == [], name


def test_what_is_no_form_is_refused(grace):
    for kind in ("", "application/json", "multipart/form-data", "multipart/form-data; boundary=" + "x" * 80):
        assert sent(grace, b"x", kind).status_code == 422, kind


def test_a_browser_that_goes_away_leaves_nothing(grace, uploads):
    body = form(grace.token(), ("a.jpg", b"x" * 5000))

    async def going_away():
        yield body[:3000]
        raise OSError("gone")

    async def send() -> None:
        async with httpx.AsyncClient(
            transport=grace.client._transport, base_url=grace.client.base_url, headers=grace.client.headers, cookies=grace.client.cookies
        ) as client:
            await client.post(UPLOAD, content=going_away(), headers={"content-type": "multipart/form-data; boundary=x"})

    with pytest.raises(OSError, match="gone"):
        asyncio.run(send())
    assert uploads() == []


def test_a_longer_upload_than_the_limit_is_cut_off(grace, uploads, monkeypatch):
    monkeypatch.setattr("visavis.web.pages.where.MOST", 4000)
    assert hand_in(grace, ("a.jpg", b"x" * 5000)).status_code == 422
    assert uploads() == []


def test_without_a_draft_nothing_is_taken(grace, uploads):
    grace.post("/sources/new/drop")
    assert hand_in(grace, ("a.jpg", b"x")).status_code == 422
    assert uploads() == []


def test_roles_that_add_no_source_hand_nothing_in(as_person, museum):
    for name in ("Ines", "Rolf", "Carl", "Olga", "Aude"):
        assert hand_in(as_person(name), ("a.jpg", b"x")).status_code == 403
    assert not list(museum.folder.parent.glob("archive-uploads/*"))


def test_more_pictures_join_a_source_in_a_folder_of_their_own(grace, uploads, macron):
    hand_in(grace, ("a.jpg", macron.read_bytes()))
    at = grace.post(CHARTER).headers["location"]
    assert "Hand more pictures in" in grace.get(at).text
    answer = grace.post(f"{at}/upload", files=[("pictures", ("b.jpg", macron.read_bytes(), "image/jpeg"))])
    assert answer.headers["location"] == at
    assert uploads() == ["a.jpg", "b.jpg"]
    assert grace.get(at).text.count("album-uploads") == 2


def test_more_of_what_is_no_picture_is_told_so_on_the_sources_page_and_leaves_nothing(grace, uploads, macron):
    hand_in(grace, ("a.jpg", macron.read_bytes()))
    at = grace.post(CHARTER).headers["location"]
    answer = grace.post(f"{at}/upload", files=[("pictures", ("notes.txt", b"x", "text/plain"))])
    assert (answer.status_code, "No picture or film was among what was sent" in answer.text) == (422, True)
    assert uploads() == ["a.jpg"]


def test_more_pictures_for_a_source_that_is_not_there_are_not_taken(grace, uploads):
    nowhere = "/sources/00000000-0000-7000-8000-000000000000/upload"
    assert grace.post(nowhere, files=[("pictures", ("b.jpg", b"x", "image/jpeg"))]).status_code == 404
    assert uploads() == []


def credited(number: int) -> bytes:
    """Return a photograph whose header credits an agency."""
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Credit="Example Agency"/></rdf:RDF></x:xmpmeta>'
    )
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (number, 99, 99)).save(out, "JPEG", xmp=packet.encode())
    return out.getvalue()


def test_files_that_speak_against_the_charter_join_it_once_somebody_has_answered_for_them(opening, museum, browser_of, ledger_of):
    ada = browser_of(opening(museum.folder))
    ada.sign_in("Ada")
    at = next(f"/sources/{one['source_id']}" for one in ada.get("/v1/sources").json()["items"] if one["title"] == "Museum")
    files = [("pictures", (f"{number}.jpg", credited(number), "image/jpeg")) for number in range(12)]
    page = ada.post(f"{at}/upload", files=files)
    assert (page.status_code, "(rule answer-given)" in page.text, 'name="answer"' in page.text) == (403, True, True)
    assert not list(museum.folder.parent.glob("*-uploads/**/*.jpg"))
    answer = ada.post(f"{at}/upload", {"answer": "bought of the agency under licence 12"}, files=files)
    assert answer.headers["location"] == at
    assert len(list(museum.folder.parent.glob("*-uploads/**/*.jpg"))) == 12
    assert "bought of the agency under licence 12" in ada.get(at).text
    assert "licence 12" not in "".join(ledger_of(museum.folder))
