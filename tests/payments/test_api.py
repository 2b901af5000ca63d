"""API of payments: read a bill and pay it."""

import pytest
from django.db import connection

from kini.cases.models import Case
from kini.payments import gateway
from kini.payments.models import Bill, Payment
from kini.payments.sandbox.server import Sandbox
from tests.api.conftest import Programs
from tests.api.conftest import program as program
from tests.cases.town import Town
from tests.payments.test_payments import scanned


@pytest.mark.django_db(transaction=True)
def test_a_program_pays_and_no_transaction_waits_for_the_provider(
    town: Town, case: Case, bill: Bill, bank: Sandbox, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, path, waited = program(town.resident), f"/cases/{case.reference}", []
    owed = app.get(f"{path}/bill").json()
    assert (owed["total"], owed["paid"], owed["receipt"], "qr" in owed["methods"]) == (50_000, False, None, True)
    obtain = gateway.obtain_code

    def watched(payment: Payment) -> Payment:
        waited.append(connection.in_atomic_block)
        return obtain(payment)

    monkeypatch.setattr(gateway, "obtain_code", watched)
    begun = [app.post(f"{path}/payments", {"method": "qr"}, Idempotency_Key="once") for _ in range(2)]
    assert [each.status_code for each in begun] == [201, 201]
    assert begun[0].json() == begun[1].json()
    assert waited == [False, False]
    bank.told(scanned(bank, Payment.objects.get()))
    body = app.get(begun[0]["Location"].removeprefix("/api/v1")).json()
    assert (body["state"], bool(body["receipt"])) == ("paid", True)
    assert app.get(f"{path}/bill").json()["receipt"] == body["receipt"]
    assert program(town.clerk).get(f"{path}/bill").status_code == 404
