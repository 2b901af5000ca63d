"""The town of the cases' tests with a tax on stalls, and a payment provider on loopback that enforces its rules."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from kini.cases.models import Case
from kini.payments import actions
from kini.payments.models import Bill
from kini.payments.sandbox import keys
from kini.payments.sandbox.bank import Bank
from kini.payments.sandbox.server import Sandbox, server
from kini.payments.tariffs import BillRow
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from tests.cases.conftest import city as city
from tests.cases.conftest import town as town
from tests.cases.flows import STATES
from tests.cases.town import BY, PACK, PERMIT, Town, offer, opened
from tests.environment import replace

REGISTER = """
name: {id: Pajak lapak, en: Stall tax}
agency: registry
object: {id: Nomor lapak, en: Stall number}
period: {id: Tahun, en: Year}
fines: [{from: 2020-01-01, percent_a_month: 2, most_months: 10, confidence: high}]
"""
FLOW: dict[str, Any] = {
    "start": "bill",
    "states": {
        "bill": {
            "name": "To be paid",
            "does": "Pay it.",
            "public": "waiting",
            "by": "resident",
            "moves": {"settle": {"to": "paid", "by": "system", "label": "Settle"}},
        },
        "paid": {
            "name": "Paid",
            "does": "It is paid.",
            "public": "done",
            "end": True,
            "outcome": "granted",
            "moves": {"refund": {"to": "refunded", "by": "system", "label": "Give back"}},
        },
        "refunded": {
            "name": "Refunded",
            "does": "The money goes back and the bill is open again.",
            "public": "done",
            "end": True,
            "outcome": "expired",
        },
        "withdrawn": STATES["withdrawn"],
    },
}
SERVICE = PERMIT | {
    "kind": "payment",
    "name": {"id": "Pajak lapak", "en": "Stall tax"},
    "ask": [
        {
            "page": "Your stall",
            "fields": {
                "stall": {"type": "text", "label": "Stall number"},
                "word": {"type": "text", "label": "Word on the badge"},
            },
        }
    ],
    "attach": {},
    "payment": {"register": "stall-tax", "object": "stall", "proof": "word"},
}
FAR = date(2099, 12, 31)
ANSWERS = {"stall": {"stall": "AB 12", "word": "camar"}}


@pytest.fixture
def stall_tax(town: Town, running_pack: Callable[..., Path]) -> ServiceVersion:
    """The service, its register and one bill of 50,000 due in a distant year."""
    running_pack(PACK, {"bills/stall-tax.yaml": REGISTER})
    actions.load_bills(by=BY, register="stall-tax", rows=[BillRow("AB12", "2026", 50_000, FAR, "CAMAR")])
    return offer("stall-tax", SERVICE, Flow.model_validate(FLOW))


@pytest.fixture
def case(town: Town, stall_tax: ServiceVersion) -> Case:
    return opened(town.named("resident"), stall_tax, town.resident, ANSWERS)


@pytest.fixture
def bill(case: Case) -> Bill:
    return Bill.objects.get()


@pytest.fixture(scope="session")
def key_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of keys, which take a tenth of a second to make; each test has a copy."""
    return keys.ensure_keys(tmp_path_factory.mktemp("payments")).folder


@pytest.fixture
def bank(tmp_path: Path, settings: Settings, key_files: Path) -> Iterator[Sandbox]:
    """The running provider; a test sends its webhooks with `bank.tell` (no thread does)."""
    sandbox_keys = keys.ensure_keys(Path(shutil.copytree(key_files, tmp_path / "payments")))
    sandbox = Sandbox(
        Bank(tmp_path / "payments" / "orders"), sandbox_keys, "http://testserver/payments/notices/sandbox/"
    )
    sandbox.post = told
    sandbox.faults = {"notice": "never"}
    running = server(sandbox)
    thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.ENV = replace(settings.ENV, payments=keys.configure(sandbox_keys, running.server_address[1]))
    yield sandbox
    running.shutdown()
    thread.join()
    running.server_close()
    sandbox.bank.close()


def told(address: str, body: bytes, headers: dict[str, str]) -> int:
    """Deliver a provider's request to the city."""
    path = address.removeprefix("http://testserver")
    content_type = headers.pop("Content-Type")
    return Client().post(path, body, content_type=content_type, headers=headers).status_code
