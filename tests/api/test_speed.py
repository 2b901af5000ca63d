"""Query budgets of the most frequent operations; docs/performance.md has the timings."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kini.cases.models import Case
from kini.services.models import ServiceVersion
from tests.api.conftest import Programs
from tests.api.test_applying import NEW
from tests.cases.town import Town


def test_reading_a_case_is_the_token_and_the_case(town: Town, case: Case, program: Programs):
    app = program(town.resident)
    app.get(f"/cases/{case.reference}")
    with CaptureQueriesContext(connection) as seen:
        assert app.get(f"/cases/{case.reference}").status_code == 200
    assert len(seen) <= 2, "\n".join(each["sql"] for each in seen)


def test_a_page_of_cases_is_the_token_and_the_page(town: Town, case: Case, program: Programs):
    app = program(town.resident)
    app.get("/cases")
    with CaptureQueriesContext(connection) as seen:
        assert app.get("/cases").json()["items"]
    assert len(seen) <= 2


def test_creating_a_case_stays_within_its_queries(town: Town, permit: ServiceVersion, program: Programs):
    app = program(town.resident)
    app.post("/cases", NEW, Idempotency_Key="first")
    with CaptureQueriesContext(connection) as seen:
        assert app.post("/cases", NEW, Idempotency_Key="second").status_code == 201
    assert len(seen) <= 15, "\n".join(each["sql"][:130] for each in seen)
