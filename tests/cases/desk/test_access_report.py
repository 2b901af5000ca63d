"""Access report: reads by officers, alarms on unusual numbers, limits on reveals."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kini.cases import actions, jobs
from kini.cases.models import Case
from kini.cases.queries import access_report
from kini.core import current_time
from kini.core.actors import NotAllowed
from kini.core.attempt_limits import TooManyAttempts
from kini.core.models import AuditEntry
from kini.messages.models import Message
from kini.people import access_purposes
from kini.people import actions as people_actions
from kini.people.access_log import AccessType, DataRead
from kini.people.models import AccessLog, Officer
from kini.services.models import ServiceVersion
from kini.web import formats
from tests.cases.desk.conftest import Browse
from tests.cases.town import PACK, Town, acting, employed, opened
from tests.pagechecks import CheckedClient

#: A Tuesday at nine in the morning in the city, and the same day at night.
MORNING = datetime.fromisoformat("2026-12-01T09:00:00+07:00")
NIGHT = datetime.fromisoformat("2026-12-01T23:30:00+07:00")


@pytest.fixture
def boss(town: Town) -> Officer:
    return employed("+6281200000061", "Kepala Dinas", town.registry, "boss")


@pytest.fixture
def manager(boss: Officer, browse: Browse) -> CheckedClient:
    return browse(boss)


def read(town: Town, officer: Officer, count: int, moment: datetime = MORNING) -> None:
    """Let an officer open so many made-up cases of one person."""
    with current_time.freeze(moment):
        reads = [DataRead(town.resident.pk, f"TELUK-{number}") for number in range(count)]
        people_actions.log_reads(by=acting(officer), what=AccessType.CASE, reads=reads)


def line(town: Town, officer: Officer) -> access_report.OfficerReads:
    officers = Officer.objects.filter(agency=town.registry).select_related("agency")
    [line_of_officer] = [
        each for each in access_report.access_report(officers, MORNING.date()).lines if each.officer.pk == officer.pk
    ]
    return line_of_officer


def test_a_day_stands_beside_what_is_usual(town: Town, boss: Officer):
    for back in (2, 3, 4):
        read(town, town.clerk, 10 * back, MORNING - timedelta(days=back))
    read(town, town.head, 10, MORNING - timedelta(days=2))
    read(town, town.clerk, 70)
    line_of_officer = line(town, town.clerk)
    assert (line_of_officer.counts, line_of_officer.reads_usual, line_of_officer.reads_agency) == (
        access_report.ReadCounts(70, 0),
        30,
        20,
    )
    assert (line_of_officer.people, line_of_officer.unusual) == (1, False)
    read(town, town.clerk, 100)
    assert line(town, town.clerk).unusual
    assert not line(town, town.head).unusual


def test_own_work_other_areas_and_hours_are_told_apart(town: Town, permit: ServiceVersion):
    cases = [opened(town.named("resident"), permit, town.resident) for _ in range(3)]
    actions.assign(by=acting(town.clerk), case=cases[0], officer=town.clerk)
    actions.add_note(by=acting(town.clerk), case=cases[1], text="Seen")
    Case.objects.filter(pk=cases[2].pk).update(area_path="1/1.1/1.1.2")
    reads = [DataRead(town.resident.pk, case.reference) for case in cases]
    with current_time.freeze(NIGHT):
        people_actions.log_reads(by=acting(town.clerk), what=AccessType.CASE, reads=reads)
        people_actions.log_reads(by=acting(town.head), what=AccessType.CASE, reads=reads[:1])
    line_of_officer = line(town, town.clerk)
    assert (line_of_officer.untouched, line_of_officer.elsewhere, line_of_officer.off_hours) == (1, 1, 3)
    assert line(town, town.head).elsewhere is None


def test_the_page_and_the_table_show_it(town: Town, boss: Officer, manager: CheckedClient, clerk: CheckedClient):
    for officer in (town.clerk, town.head, boss):
        read(town, officer, 2)
    read(town, town.clerk, 80)
    page = manager.get("/desk/access/?day=2026-12-01").content.decode()
    for text in ("Petugas Berkas", "80", "Unusual", "Read by many", "TELUK-0", "3 officers"):
        assert text in page
    assert "Warga Contoh" not in page
    table = manager.get("/desk/access/table.csv?day=2026-12-01").content.decode()
    assert "Petugas Berkas,Registry,2026-12-01,80" in table
    for nonsense in ("x", "9999-99-99", "2999-01-01", "0001-01-01", "\u200b"):
        assert manager.get("/desk/access/", {"day": nonsense}).status_code == 200
    assert clerk.get("/desk/access/").status_code == 403
    assert clerk.get("/desk/access/table.csv").status_code == 403


def test_a_head_sees_no_other_agency(town: Town, manager: CheckedClient):
    read(town, employed("+6281200000062", "Petugas Jalan", town.roads, "clerk"), 5)
    assert "Petugas Jalan" not in manager.get("/desk/access/?day=2026-12-01").content.decode()


def test_many_officers_take_as_many_queries(town: Town, manager: CheckedClient):
    numbers = []
    for some in range(2):
        for number in range(4):
            officer = employed(f"+62812000007{some}{number}", f"Petugas {some}{number}", town.registry, "clerk")
            read(town, officer, 5)
        with CaptureQueriesContext(connection) as captured:
            manager.get("/desk/access/?day=2026-12-01")
        numbers.append(len(captured))
    assert numbers[0] == numbers[1]


def test_heads_are_told_once_a_day_of_unusual_reading(town: Town, boss: Officer, run_jobs):
    read(town, town.clerk, 80, current_time.now())
    read(town, boss, 80, current_time.now())
    for _ in range(2):
        jobs.report_unusual_access()
        run_jobs()
    messages = Message.objects.filter(sort="access-unusual")
    assert [(each.user_id, "Petugas Berkas" in each.text) for each in messages] == [(boss.user_id, True)]
    assert messages.get().link.endswith(f"/desk/access/?day={formats.today().isoformat()}")
    assert AuditEntry.objects.filter(action="people.access-unusual").count() == 2


def test_nobody_is_told_of_an_ordinary_day(town: Town, boss: Officer, run_jobs):
    read(town, town.clerk, 59, current_time.now())
    jobs.report_unusual_access()
    run_jobs()
    assert not Message.objects.filter(sort="access-unusual").exists()


def test_unusual_looks_are_told_apart_from_reads(town: Town, boss: Officer, case: Case, run_jobs, running_pack):
    running_pack(PACK, {"access.yaml": "limits: {unusual_looks: 3}\n"})
    for number in range(3):
        look(town, case, f"Compare the card number {number}")
    jobs.report_unusual_access()
    run_jobs()
    assert "3 jawaban tersembunyi" in Message.objects.get(sort="access-unusual", user=boss.user).text


def test_only_the_program_raises_the_alarm(town: Town):
    with pytest.raises(NotAllowed):
        people_actions.report_unusual_access(
            by=town.named("head"), officer=town.clerk, day=formats.today(), reads=99, looks=0
        )


def look(town: Town, case: Case, reason: str) -> None:
    actions.reveal(by=town.named("head"), case=case, what="answers", purpose="verify-documents", reason=reason)


@pytest.mark.parametrize("limit", ["looks_per_hour", "looks_per_day"])
def test_looks_end_at_a_limit(town: Town, case: Case, head: CheckedClient, limit: str, running_pack):
    running_pack(PACK, {"access.yaml": f"limits: {{{limit}: 2}}\n"})
    for number in range(2):
        look(town, case, f"Compare the card number {number}")
    with pytest.raises(TooManyAttempts):
        look(town, case, "Compare the card once more")
    assert AccessLog.objects.filter(day=None).count() == 2
    sent = {"what": "answers", "purpose": "verify-documents", "reason": "Compare the card once more"}
    page = head.post(f"/desk/cases/{case.reference}/look/", sent)
    assert page.status_code == 422
    assert "Too many attempts" in page.content.decode()


def test_the_pack_has_its_own_purposes_and_limits(town: Town, running_pack, head: CheckedClient, case: Case):
    text = "purposes:\n  court-order: {id: Perintah pengadilan, en: Court order}\nlimits: {looks_per_hour: 1}\n"
    root = running_pack(PACK, {"access.yaml": text})
    assert "Court order" in head.get(f"/desk/cases/{case.reference}/").content.decode()
    assert access_purposes.access_limits().looks_per_hour == 1
    assert not list(access_purposes.check_access(root))
    (root / "access.yaml").write_text("limits: {looks_per_hour: 0}\npurposes: {x: {id: Satu}}\n", "utf-8")
    assert [fault.file for fault in access_purposes.check_access(root)]
