"""Messages of the public page: what their sender is given, and what that tells."""

import datetime as dt

import pytest
from archive_forge import MACHINE
from request_forge import WHO, Bureau, open_bureau

from visavis.domain.errors import InputError, KeyDestroyed
from visavis.law.rulebook import shipped
from visavis.services.requests import Close, Message, PublicIntake, PublicReceipt, Standing

DAY = dt.timedelta(days=1)


@pytest.fixture
def bureau(made) -> Bureau:
    return open_bureau(made)


def public(bureau: Bureau) -> PublicIntake:
    return PublicIntake(bureau.records, shipped())


def sent(bureau: Bureau, photo: bytes = b"") -> PublicReceipt:
    message = Message(actor=MACHINE, kind="access", contacts=(WHO,), channel="web form", text="What do you hold?", photo=photo)
    return public(bureau).run(message)


@pytest.mark.finding("C4")
def test_two_messages_of_one_person_are_one_request_and_neither_receipt_says_so(bureau):
    first = sent(bureau)
    bureau.made.clock.at += 10 * DAY
    second = sent(bureau)
    (request,) = bureau.records.requests.all()
    assert len(request.took("message")) == 2
    assert request.due == first.due < second.due
    assert first.number != second.number
    assert first.code != second.code
    assert second.received == bureau.made.clock.at.date()


def test_a_receipt_opens_with_its_own_code_however_it_is_written(bureau):
    receipt = sent(bureau)
    assert public(bureau).standing(f" {receipt.number.lower()[:4]}-{receipt.number[4:]}", receipt.code) == Standing.RECEIVED
    assert public(bureau).standing(receipt.number, sent(bureau).code) is None
    assert public(bureau).standing("", "") is None


def test_neither_number_nor_code_nor_photograph_is_stored_as_it_is(bureau):
    receipt = sent(bureau, b"a photograph of Petra")
    stored = b"".join(file.read_bytes() for file in bureau.made.folder.rglob("records.db*"))
    for plain in (receipt.number.encode(), receipt.code.encode(), b"a photograph of Petra", WHO.encode()):
        assert plain not in stored


def test_a_photograph_dies_with_its_request_and_the_receipt_stays(bureau):
    receipt = sent(bureau, b"a photograph of Petra")
    (request,) = bureau.records.requests.all()
    assert bureau.records.receipts.photos(request.id, key=request.probe_key) == [b"a photograph of Petra"]
    Close(bureau.records).run(bureau.clerk.actor, request.id, withdrawn="by telephone")
    assert bureau.records.receipts.photos(request.id, key=request.probe_key) == []
    with pytest.raises(KeyDestroyed):
        bureau.records.vault.seal("x", b"x", key=request.probe_key)
    assert public(bureau).standing(receipt.number, receipt.code) == Standing.ANSWERED


def test_a_message_without_a_way_to_answer_is_none(bureau):
    with pytest.raises(InputError, match="where is the person"):
        public(bureau).run(Message(actor=MACHINE, kind="access", contacts=("  ",), channel="web form"))
