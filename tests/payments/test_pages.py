"""Residents' pages of payments, and officers' pages of refunds."""

import pytest
from django.test import Client
from django.urls import reverse

from kini.exchange.public import outbox
from kini.payments import actions, gateway, queries
from kini.payments.models import Payment
from tests.cases.town import acting, employed, opened
from tests.environment import replace
from tests.letters.test_case_receipt import text_of
from tests.pagechecks import CheckedClient
from tests.payments.conftest import ANSWERS
from tests.payments.test_payments import scanned


@pytest.fixture
def resident(client: CheckedClient, town):
    client.force_login(town.resident.user)
    client.cookies["kini_language"] = "en"
    return client


def pay_page(case) -> str:
    return reverse("payments:pay", args=[case.reference])


def test_the_bill_is_shown_before_anything_is_sent_and_a_wrong_number_is_said(resident, town, stall_tax):
    draft = resident.post(reverse("cases:start", args=["stall-tax"]), follow=True)
    question = draft.request["PATH_INFO"]
    shown = resident.post(question, {"stall": "AB 12", "word": "camar"}, follow=True)
    assert "50" in shown.content.decode()
    assert 'id="bill"' in shown.content.decode()
    refused = resident.post(question + "?change=1", {"stall": "AB 99", "word": "camar"})
    assert refused.status_code == 422
    assert "No open bill was found" in refused.content.decode()
    assert 'value="AB 99"' in refused.content.decode(), "on the page where the numbers are typed"
    assert 'id="bill"' in resident.get(question.replace("/stall/", "/check/")).content.decode()


def test_a_resident_chooses_sees_the_code_and_comes_to_the_receipt(resident, town, case, bill, bank):
    tracker = resident.get(reverse("cases:case", args=[case.reference]))
    assert pay_page(case) in tracker.content.decode()
    nothing = resident.post(pay_page(case), {"method": "cash"})
    assert nothing.status_code == 422
    shown = resident.post(pay_page(case), {"method": "qr"}, follow=True)
    payment = Payment.objects.get()
    assert shown.redirect_chain[-1][1] == 303
    assert payment.code in shown.content.decode()
    assert "<svg" in shown.content.decode()
    bank.told(scanned(bank, payment))
    after = resident.get(reverse("payments:code", args=[case.reference, payment.pk]), follow=True)
    receipt = queries.settling_payment(bill).receipt
    assert receipt in after.content.decode()
    page = CheckedClient().get(reverse("payments:receipt", args=[receipt.lower()]))
    assert page.status_code == 200
    assert receipt in CheckedClient().get(reverse("documents:find"), {"code": receipt}, follow=True).content.decode()
    assert "Warga Contoh" not in page.content.decode()
    assert "AB12" not in page.content.decode(), "the thing is masked for strangers"
    paper = text_of(resident.get(reverse("letters:receipt", args=[case.reference])))
    assert receipt in paper
    assert "Scan this code" in paper
    assert "Stall number" in paper
    assert "AB12" in paper, "what was paid for"
    assert "2026" in paper


def test_asking_now_finds_what_nobody_told(resident, case, bill, bank):
    resident.post(pay_page(case), {"method": "va"})
    payment = Payment.objects.get()
    code_page = reverse("payments:code", args=[case.reference, payment.pk])
    assert gateway.obtain_code(payment).code in resident.get(code_page).content.decode()
    scanned(bank, Payment.objects.get())
    resident.post(code_page)
    assert queries.settling_payment(bill).pk == payment.pk


def test_a_provider_that_is_down_loses_nothing(resident, case, bill, bank):
    bank.faults["create"] = "down"
    waiting = resident.post(pay_page(case), {"method": "qr"}, follow=True)
    assert waiting.status_code == 200
    assert "being prepared" in waiting.content.decode()
    bank.faults["create"] = ""
    assert "Scan this code" in resident.get(waiting.request["PATH_INFO"]).content.decode()


def test_without_a_provider_the_page_says_so(resident, case, settings):
    settings.ENV = replace(settings.ENV, payments=None)
    assert "not available at the moment" in resident.get(pay_page(case)).content.decode()


def test_others_neither_see_nor_pay(client, town, case, bank):
    client.force_login(town.neighbour.user)
    assert client.get(pay_page(case)).status_code == 404
    assert client.post(pay_page(case), {"method": "qr"}).status_code == 404


def test_notices_of_nobody_and_of_nonsense(case, bank):
    client = Client()
    assert client.post("/payments/notices/nobody/", b"{}", content_type="application/json").status_code == 404
    assert client.post("/payments/notices/sandbox/", b"{", content_type="application/json").status_code == 401
    assert client.get("/payments/notices/sandbox/").status_code == 405


def test_receipts_that_are_none(client, db):
    assert client.get("/receipts/nonsense/").status_code == 404
    assert client.get("/receipts/0000-0000-0000-0000-0000/").status_code == 404


def test_a_cashier_gives_back_and_records_what_was_transferred(client, town, case, bill, bank, stall_tax):
    cashier = employed("+6281200000061", "Kasir", town.registry, "cashier")
    bank.told(
        scanned(bank, gateway.obtain_code(actions.request_code(by=town.named("resident"), case=case, method="va")))
    )
    theirs = CheckedClient()
    theirs.force_login(town.resident.user)
    theirs.cookies["kini_language"] = "en"
    client.force_login(cashier.user)
    address = reverse("payments:desk-refund", args=[case.reference])
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "Wrong stall"}).status_code == 303
    outbox.deliver(actions.REFUND_DESTINATION)
    listed = client.get(reverse("payments:desk-returns"))
    assert case.reference in listed.content.decode()
    response = theirs.get(reverse("cases:case", args=[case.reference])).content.decode()
    assert "The money goes back and the bill is open again." in response
    assert "Wrong stall" in response
    assert "is being refunded to the payer" in response
    refund = queries.open_refunds().get()
    client.post(reverse("payments:desk-returned", args=[refund.pk]), {"provider_reference": "TRX 77"})
    assert not queries.open_refunds()
    assert "was refunded to the account" in theirs.get(reverse("cases:case", args=[case.reference])).content.decode()
    again = opened(acting(town.neighbour), stall_tax, town.neighbour, ANSWERS)
    assert client.get(reverse("payments:desk-refund", args=[again.reference])).status_code == 404


def test_a_clerk_gives_nothing_back(client, town, case, bank):
    client.force_login(town.clerk.user)
    assert client.get(reverse("payments:desk-returns")).status_code == 403
    assert client.post(reverse("payments:desk-refund", args=[case.reference]), {"reason": "x"}).status_code == 403
