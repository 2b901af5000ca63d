"""Content of the operator's pages: complete, without personal data, fast."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from kini.core import attempt_limits, audit, health
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.core.models import AuditEntry
from kini.operator import actions, admin
from kini.operator.read_only_admin import MAX_ROWS
from kini.operator.site import site
from kini.payments.models import SettlementRow
from kini.people import actions as people_actions
from kini.people.models import AccessLog
from kini.web import formats
from tests.operator.conftest import OPERATOR
from tests.operator.urls import WHERE
from tests.people.conftest import BY, PHONE, acting

pytestmark = pytest.mark.django_db
JOBS = f"/{WHERE}/procrastinate/procrastinatejob/"
AUDIT = f"/{WHERE}/core/auditentry/"


def fail(task: str = "core.deliver_message", **arguments: Any) -> int:
    """A job that was given up."""
    job = app.configure_task(task).defer(**arguments)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed', attempts = 7 WHERE id = %s", [job])
    return job


@pytest.fixture
def rows(resident, officer, agency, areas):
    """A row or more in the tables that have no maker of their own."""
    fail(message=7)
    attempt_limits.try_consume(attempt_limits.Limit("people.code-to-contact", 5, 60), PHONE)
    AccessLog.objects.create(resident=resident, officer=officer, what="national-id", reason="Cek Warga Contoh")
    people_actions.register_client(
        by=BY, name="App", addresses=["https://a.example/"], scopes=["profile:read"], keeps_secrets=True, per_minute=9
    )


def test_every_list_and_every_row_opens_and_shows_nobody(inside, rows, resident, officer):
    assert len(site._registry) >= 14
    secrets = (PHONE, OPERATOR.value, resident.name, officer.name, officer.user.phone, "Cek Warga")
    for model in site._registry:
        url = f"/{WHERE}/{model._meta.app_label}/{model._meta.model_name}/"
        page = inside.get(url)
        links = re.findall(rf'href="({url}[^"?]+/change/)', page.text)
        for shown in (page, *(inside.get(link) for link in links[:3])):
            assert shown.status_code == 200
            assert [secret for secret in secrets if secret in shown.text] == []


def test_of_settlements_only_what_did_not_agree_is_shown(inside):
    for reference, verdict in (("AGREED-1", "agreed"), ("STRANGE-1", "unknown")):
        SettlementRow.objects.create(
            provider="bank", provider_reference=reference, amount=500, settled_on="2026-11-25", verdict=verdict
        )
    shown = inside.get(f"/{WHERE}/payments/settlementrow/").text
    assert "STRANGE-1" in shown
    assert "AGREED-1" not in shown
    assert "pembayaran tidak dikenal" in shown
    assert formats.money(500) in shown


def test_nothing_can_be_added_changed_or_deleted(inside, rows):
    entry = AuditEntry.objects.latest("pk")
    assert inside.get(f"{AUDIT}add/").status_code == 404
    assert inside.get(f"{AUDIT}{entry.pk}/delete/").status_code == 404
    assert inside.post(f"{AUDIT}{entry.pk}/change/", {"subject": "x"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": entry.pk}
    inside.post(AUDIT, chosen)
    assert AuditEntry.objects.filter(pk=entry.pk, subject=entry.subject).exists()


def test_a_failed_job_runs_again_and_the_audit_trail_says_who_let_it(inside, operator):
    job, waiting = fail(message=7), app.configure_task("core.deliver_message").defer(message=8)
    page = inside.post(JOBS, {"action": "retry", "_selected_action": [job, waiting]}, follow=True)
    assert "1 tugas berjalan lagi." in page.text
    assert f"{waiting}: Tugas ini tidak gagal." in page.text
    assert ProcrastinateJob.objects.get(pk=job).status == "todo"
    entry = AuditEntry.objects.get(action="operator.job-retried")
    assert (entry.actor_id, entry.subject) == (operator.pk, f"job:{job}")


def test_a_job_whose_next_turn_waits_is_left(operator):
    job = fail("core.remove_transient", timestamp=0)
    app.configure_task("core.remove_transient").defer(timestamp=1)
    with pytest.raises(ActionRefused, match="already queued"):
        actions.retry_job(by=BY, job=job)


def test_only_operators_let_a_job_run_again(resident, officer):
    job = fail(message=7)
    for by in (acting(resident), acting(officer), Actor(ActorKind.GUEST)):
        with pytest.raises(NotAllowed):
            actions.retry_job(by=by, job=job)


def test_a_job_says_what_it_was_for_and_what_happened(inside):
    job = fail(message=7)
    page = inside.get(f"{JOBS}{job}/change/").text
    assert "&quot;message&quot;: 7" in page
    assert "failed" in page
    assert f">{job}<" in inside.get(f"{JOBS}?status__exact=failed").text
    assert f">{job}<" not in inside.get(f"{JOBS}?status__exact=todo").text
    listed = inside.get(f"{JOBS}?status=failed").text
    assert f">{job}<" in listed
    assert "gagal" in listed
    assert f">{job}<" not in inside.get(f"{JOBS}?status=todo").text


def test_the_first_page_names_problems_and_what_waits(inside, monkeypatch):
    monkeypatch.setattr(health, "problems", lambda: {"disk": "the disk is full", "worker": ""})
    fail()
    page = inside.get(f"/{WHERE}/")
    assert "disk: the disk is full" in page.text
    assert (page.context["checks"], list(page.context["problems"])) == (1, ["disk"])
    [failed] = re.findall(r'href="([^"]+status=failed)">1<', page.text)
    assert "core.deliver_message" in inside.get(failed).text


def test_search_finds_by_what_is_indexed_and_words_find_nothing(inside):
    audit.record(by=BY, action="tests.tried", subject="case:KINI-1")
    assert "tests.tried" in inside.get(f"{AUDIT}?q=case:KINI-1").text
    assert "tests.tried" not in inside.get(f"{AUDIT}?q=case:KINI-2").text
    assert inside.get(f"/{WHERE}/people/user/?q=nobody").status_code == 200
    assert inside.get(f"{AUDIT}?actor_name=tests").status_code == 400


def test_a_long_table_is_neither_counted_nor_sorted(inside):
    AuditEntry.objects.bulk_create(
        AuditEntry(actor_kind="system", action="tests.tried", subject=f"case:{n}") for n in range(MAX_ROWS + 5)
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = inside.get(f"{AUDIT}?o=2.3&p=3")
    assert f"{MAX_ROWS} yang pertama tampil" in page.text.replace(".", "")
    statements = [query["sql"] for query in queries if 'FROM "core_auditentry"' in query["sql"]]
    assert statements
    assert [sql for sql in statements if "LIMIT" not in sql or 'ORDER BY "core_auditentry"."id" DESC' not in sql] == []
    assert len(queries) <= 12


@pytest.mark.parametrize(
    "word", ["core.deliver_message", "kini.cases.events.CaseMoved", "KINI-7F3K-9Q2M", "2026-11-25T10:00:00+00:00", ""]
)
def test_what_the_program_wrote_is_shown(word):
    assert admin.mask_texts({"list": [word, 12, True, None]}) == {"list": [word, 12, True, None]}


@pytest.mark.parametrize(
    "word", ["Budi", "Budi Santoso", PHONE, "3171014407900004", "a@b.example", "0812 3456 7890", 3171014407900004]
)
def test_what_people_wrote_is_hidden(word):
    assert admin.mask_texts({"list": [word]}) == {"list": [admin.MASK]}


@given(st.text(min_size=1))
def test_no_number_of_a_person_passes(text):
    assert not re.search(r"\d{8}|[@+ ]", str(admin.mask_texts(text))) or re.match(r"\d{4}-", text)


def test_each_group_of_tables_has_a_heading_of_its_own(inside):
    """Without a name, Django shows the label of the room: "Records" stood there twice, once untranslated."""
    headings = [str(each["name"]) for each in inside.get(f"/{WHERE}/").context["app_list"]]
    assert "Facilities and teams" in headings
    assert len(set(headings)) == len(headings)
