"""Emergency access: an hour or so, told to the heads and the person, judged by somebody else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kini.cases.models import Case
from kini.core import attempt_limits, current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.models import AuditEntry
from kini.core.retention import YEAR, apply, rules
from kini.messages.models import Message
from kini.people.access_purposes import CASEWORK
from kini.people.models import AccessLog, Officer
from kini.records import actions, jobs, queries
from kini.records.access import EMERGENCY, may_read, require_read, visible
from kini.records.models import BreakGlass
from kini.records.rules import Door
from tests.cases import town as towns
from tests.cases.desk.conftest import Browse
from tests.cases.town import Town, acting

pytestmark = pytest.mark.django_db
NOTE = "A child was found alone at the pier"


def opened(rescuer: Officer, case: Case) -> BreakGlass:
    return actions.break_glass(by=acting(rescuer), record=case, reason="danger", note=NOTE)


def test_an_emergency_opens_one_record_for_an_hour(town: Town, case: Case, rescuer: Officer) -> None:
    other = towns.opened(town.named("resident"), case.version, town.resident)
    by = acting(rescuer)
    assert may_read(by, case) is None
    access = opened(rescuer, case)
    assert require_read(by, case, CASEWORK) is Door.BREAK_GLASS
    assert list(visible(by, Case)) == [case]
    assert may_read(by, other) is None
    with current_time.freeze(access.until):
        assert may_read(by, case) is None
    read = AccessLog.objects.get(day__isnull=False)
    assert (read.what, read.purpose, read.reference) == ("case", EMERGENCY, case.reference)


def test_the_person_reads_who_and_why_and_the_heads_are_told(
    town: Town, case: Case, rescuer: Officer, judge: Officer, browse: Browse, run_jobs: object
) -> None:
    opened(rescuer, case)
    run_jobs()  # type: ignore[operator]
    look = AccessLog.objects.get()
    assert (look.what, look.purpose, look.reason, look.day) == ("break-glass", "danger", NOTE, None)
    page = browse(town.resident).get("/me/access-log/").content.decode()
    for words in ("Petugas Penyelamat", "opened in an emergency", "life or health is in danger", NOTE, case.reference):
        assert words in page
    told = {message.user_id: message for message in Message.objects.filter(sort__startswith="emergency")}
    assert told.keys() == {judge.user_id, town.resident.user_id}
    assert case.reference not in told[town.resident.user_id].text
    assert told[judge.user_id].link.endswith("/desk/emergency/reviews/")


def test_who_may_not_and_what_is_needed(town: Town, case: Case, rescuer: Officer, judge: Officer) -> None:
    by = acting(rescuer)
    with pytest.raises(NotAllowed):
        actions.break_glass(by=acting(town.clerk), record=case, reason="danger", note=NOTE)
    with pytest.raises(NotAllowed):
        actions.break_glass(by=acting(town.neighbour), record=case, reason="danger", note=NOTE)
    with pytest.raises(ActionRefused, match="already"):
        actions.break_glass(by=acting(judge), record=case, reason="danger", note=NOTE)
    with pytest.raises(ActionRefused, match="Choose the reason"):
        actions.break_glass(by=by, record=case, reason="curiosity", note=NOTE)
    with pytest.raises(ActionRefused, match="in words"):
        actions.break_glass(by=by, record=case, reason="danger", note="..........")
    own = towns.people_actions.ensure_resident(by=towns.BY, user=rescuer.user)
    Case.objects.filter(pk=case.pk).update(resident=own)
    with pytest.raises(NotAllowed, match="your family"):
        actions.break_glass(by=by, record=Case.objects.get(pk=case.pk), reason="danger", note=NOTE)
    assert not BreakGlass.objects.exists()


def test_the_pack_sets_reasons_duration_and_limit(town: Town, case: Case, rescuer: Officer, settings: object) -> None:
    root = settings.CITY_PATH  # type: ignore[attr-defined]
    (root / "access.yaml").write_text(
        "break_glass: {minutes: 15, per_day: 1, reasons: {flood: {id: Banjir, en: Flood}}}\n", "utf-8"
    )
    from kini.people import access_purposes

    access_purposes._access.cache_clear()
    access = actions.break_glass(by=acting(rescuer), record=case, reason="flood", note=NOTE)
    assert access.until - access.opened_at == timedelta(minutes=15)
    assert access_purposes.purpose_label("flood") == "Flood"
    other = towns.opened(town.named("resident"), case.version, town.resident)
    with pytest.raises(attempt_limits.TooManyAttempts):
        actions.break_glass(by=acting(rescuer), record=other, reason="flood", note=NOTE)
    access_purposes._access.cache_clear()


def test_somebody_else_judges_it_once(town: Town, case: Case, rescuer: Officer, judge: Officer) -> None:
    access = opened(rescuer, case)
    peer = towns.employed("+6281200000077", "Kepala Lain", town.roads, "judge", area=town.areas["hill"])
    towns.people_actions.grant_role(by=towns.BY, officer=rescuer, role="judge")
    assert list(queries.unreviewed(acting(judge))) == [access]
    assert not queries.unreviewed(acting(rescuer)).exists()
    assert not queries.unreviewed(acting(peer)).exists()
    for officer, words in ((rescuer, "your own"), (peer, "does not include"), (town.clerk, "does not include")):
        with pytest.raises(NotAllowed, match=words):
            actions.review_break_glass(by=acting(officer), access=access, verdict="justified")
    with pytest.raises(ActionRefused, match="Write why"):
        actions.review_break_glass(by=acting(judge), access=access, verdict="unjustified")
    with pytest.raises(ActionRefused, match="Choose whether"):
        actions.review_break_glass(by=acting(judge), access=access, verdict="perhaps")
    judged = actions.review_break_glass(by=acting(judge), access=access, verdict="justified")
    assert (judged.reviewer, judged.verdict) == (judge, "justified")
    with pytest.raises(ActionRefused, match="already"):
        actions.review_break_glass(by=acting(judge), access=access, verdict="justified")
    assert not queries.unreviewed(acting(judge)).exists()
    actions_done = AuditEntry.objects.filter(action__startswith="records.").values_list("action", flat=True)
    assert list(actions_done.order_by("pk")) == ["records.glass-broken", "records.glass-reviewed"]


def test_the_heads_of_the_officers_own_agency_judge_too(town: Town, case: Case, rescuer: Officer) -> None:
    head = towns.employed("+6281200000078", "Kepala Jalan", town.roads, "judge")
    access = opened(rescuer, case)
    assert list(queries.unreviewed(acting(head))) == [access]
    assert actions.review_break_glass(
        by=acting(head), access=access, verdict="unjustified", note="There was no emergency at all"
    ).review_note


def test_heads_are_reminded_every_day_until_it_is_judged(
    town: Town, case: Case, rescuer: Officer, judge: Officer, run_jobs: object
) -> None:
    access = opened(rescuer, case)
    run_jobs()  # type: ignore[operator]
    for days, told in ((2, 0), (4, 1), (4, 1), (5, 2)):
        with current_time.freeze(access.opened_at + timedelta(days=days)):
            jobs.remind_reviewers()
        assert Message.objects.filter(sort="emergency-access-waiting").count() == told
    actions.review_break_glass(by=acting(judge), access=access, verdict="justified")
    with current_time.freeze(access.opened_at + timedelta(days=6)):
        jobs.remind_reviewers()
    assert Message.objects.filter(sort="emergency-access-waiting").count() == 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE records_breakglass SET reason = 'other'",
        "UPDATE records_breakglass SET until = until + interval '1 hour'",
        "DELETE FROM records_breakglass",
        "UPDATE records_breakglass SET reviewer_id = officer_id, verdict = 'justified', reviewed_at = now()",
        "UPDATE records_breakglass SET verdict = 'justified'",
    ],
)
def test_the_database_lets_an_access_only_be_judged_by_another(
    town: Town, case: Case, rescuer: Officer, change: str
) -> None:
    opened(rescuer, case)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_judgement_stays(town: Town, case: Case, rescuer: Officer, judge: Officer) -> None:
    actions.review_break_glass(by=acting(judge), access=opened(rescuer, case), verdict="justified")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE records_breakglass SET verdict = 'unjustified'")


def test_it_is_removed_after_its_term(town: Town, case: Case, rescuer: Officer) -> None:
    long_ago = current_time.now() - 11 * YEAR
    with current_time.freeze(long_ago):
        opened(rescuer, case)
    assert apply(rules.get("records.emergencies")) == 1
    assert not BreakGlass.objects.exists()


def test_the_pages_open_show_and_judge(
    town: Town, case: Case, rescuer: Officer, judge: Officer, browse: Browse
) -> None:
    rescue = browse(rescuer)
    assert "Emergency access" in rescue.get("/desk/emergency/").content.decode()
    assert rescue.get(f"/desk/cases/{case.reference}/").status_code == 404
    assert rescue.get(f"/desk/cases/{case.reference}/emergency/").status_code == 404
    sent = {"type": "case", "number": "TELUK-0000-0000", "reason": "danger", "note": NOTE}
    assert "nothing with this number" in rescue.post("/desk/emergency/", sent).content.decode()
    answer = rescue.post("/desk/emergency/", sent | {"number": case.reference.lower()})
    assert answer.headers["Location"] == f"/desk/cases/{case.reference}/emergency/"
    page = rescue.get(answer.headers["Location"]).content.decode()
    for words in ("Warga Contoh", "Opened in an emergency", "Camar", "+62"):
        assert words in page
    assert 'class="form"' not in page
    assert case.reference in rescue.get("/desk/emergency/").content.decode()
    head = browse(judge)
    assert NOTE in head.get("/desk/emergency/reviews/").content.decode()
    access = BreakGlass.objects.get()
    assert head.post(f"/desk/emergency/reviews/{access.pk}/", {"verdict": ""}).status_code == 422
    assert head.post(f"/desk/emergency/reviews/{access.pk}/", {"verdict": "justified"}).status_code == 303
    assert "judged by Kepala Penilai" in head.get("/desk/emergency/reviews/").content.decode()
    assert head.get(f"/desk/cases/{case.reference}/emergency/").status_code == 404
    clerk = browse(town.clerk)
    for path in ("/desk/emergency/", "/desk/emergency/reviews/", f"/desk/cases/{case.reference}/emergency/"):
        assert clerk.get(path).status_code == 403
