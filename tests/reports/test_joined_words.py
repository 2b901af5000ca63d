"""Joined reports: what one reporter wrote, and who they are, stays hidden from reporter and followers of the other."""

import json
from typing import Any

import pytest
from django.db.models import Model
from django.http.response import HttpResponseBase

from kini.cases import actions as cases
from kini.cases.events import CaseMoved
from kini.cases.models import Case
from kini.messages.models import Message
from kini.people.models import Resident
from kini.reports import actions, jobs, notifications, queries
from kini.reports.models import Publication
from kini.reports.public_text import words_of
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from tests.cases.town import Town, offer, opened, photo
from tests.cases.town import filled as filled_draft
from tests.pagechecks import CheckedClient
from tests.reports.conftest import STREET
from tests.reports.test_public_reports import PUBLIC, said

SECRET, CONTACT, LANDMARK = "Beside my bakery Roti Rahasia", "0813 5550 1234", "Behind the blue gate"
SECRETS = ("Rahasia", "5550", "blue gate")


@pytest.fixture
def lamps(town: Town) -> ServiceVersion:
    ask = [*PUBLIC["ask"], {"fields": {"contact": {"type": "text", "label": "Phone", "optional": True}}}]
    return offer("broken-lamp", PUBLIC | {"ask": ask}, Flow.model_validate(STREET))


def reported(town: Town, version: ServiceVersion, who: str, *, visibility: str, secret: bool = False) -> Case:
    resident: Resident = getattr(town, who)
    answers: dict[str, Any] = said(visibility, metres=20.0 if who == "neighbour" else 0.0)
    if secret:
        answers["what"] = {"what": SECRET}
        answers["spot"]["spot"]["text"] = LANDMARK
        answers["contact"] = {"contact": CONTACT}
    return opened(town.named(who), version, resident, answers)


def released(town: Town, case: Case) -> Publication:
    actions.release(by=town.named("clerk"), case=case, text=words_of(case))
    return queries.public_report(case.reference)


def content_of(answer: HttpResponseBase) -> str:
    parts = answer.streaming_content if answer.streaming else [answer.content]  # type: ignore[attr-defined]
    return b"".join(parts).decode()


def seen(town: Town, client: CheckedClient, report: Case, code: str) -> dict[str, str]:
    """What the public, a follower and the reporter of a report get to see, by address."""
    addresses = [
        *(f"/reports/{report.reference}/", "/reports/", "/reports/feed/", "/reports/months/", "/open311/bulk.csv"),
        *("/open311/v2/requests.json?extensions=true", "/open311/v2/servicerequestupdates.json"),
        f"/open311/v2/requests/{report.reference}.json?extensions=true",
    ]
    pages = {address: content_of(client.get(address)) for address in addresses}
    pages["code"] = content_of(client.post("/reports/followed/", {"code": code}))
    return pages


@pytest.mark.parametrize("private_first", [True, False])
def test_private_words_are_shown_to_nobody_of_the_other_report(
    town: Town, lamps: ServiceVersion, client: CheckedClient, private_first: bool
):
    """Whichever came first: the other one is its root, or joined to it."""
    if private_first:
        private = reported(town, lamps, "resident", visibility="private", secret=True)
        public = reported(town, lamps, "neighbour", visibility="public")
    else:
        public = reported(town, lamps, "neighbour", visibility="public")
        private = reported(town, lamps, "resident", visibility="private", secret=True)
    follower, code = actions.follow(by=town.named("clerk"), publication=released(town, public))
    clerk = town.named("clerk")
    later = cases.merge(by=clerk, case=private, other=public)
    root = private if private_first else public
    assert later.pk != root.pk
    root = cases.move(by=clerk, case=Case.objects.get(pk=root.pk), move="start")
    notifications.notify_followers(CaseMoved(root.reference, "start", root.state, root.entries))
    jobs.tell_areas()
    pages = seen(town, client, public, code)
    client.force_login(town.neighbour.user)
    pages["own"] = content_of(client.get(f"/cases/{public.reference}/"))
    pages["answer"] = content_of(client.get(f"/reports/{public.reference}/answer/", follow=True))
    pages["messages"] = json.dumps(
        [[each.subject, each.text, each.short] for each in Message.objects.exclude(user=town.resident.user)]
    )
    told = {where for where, page in pages.items() if any(secret in page for secret in SECRETS)}
    assert told == set()
    assert "Warga Contoh" not in "".join(pages.values())
    assert Message.objects.filter(user=follower.user, sort="report-step").count() == 1
    assert {where for where, page in pages.items() if private.reference in page} == set()
    assert client.get(f"/reports/{private.reference}/").status_code == 404
    assert client.get(f"/cases/{private.reference}/").status_code == 404


def test_photos_of_the_private_report_stay_with_it(town: Town, lamps: ServiceVersion, client: CheckedClient):
    by = town.named("resident")
    draft = filled_draft(by, lamps, town.resident, said("private"))
    picture = cases.attach_file(by=by, draft=draft, slot="photos", upload=photo(7))
    cases.update_answers(by=by, draft=draft, values={"photos": {"files": [str(picture.pk)]}})
    private = cases.submit(by=by, draft=draft, confirm=True)
    public = reported(town, lamps, "neighbour", visibility="public")
    released(town, public)
    cases.merge(by=town.named("clerk"), case=private, other=public)
    client.force_login(town.neighbour.user)
    for reference in (private.reference, public.reference):
        assert client.get(f"/cases/{reference}/documents/{picture.pk}/").status_code == 404
        assert client.get(f"/reports/{reference}/photo/before/").status_code == 404
    client.force_login(town.clerk.user)
    assert client.get(f"/desk/reports/{public.reference}/photos/{picture.pk}/").status_code == 404


def test_after_unjoining_both_are_as_before(town: Town, lamps: ServiceVersion):
    private = reported(town, lamps, "resident", visibility="private", secret=True)
    public = reported(town, lamps, "neighbour", visibility="public")
    released(town, public)
    before = (public.state, public.due_at)
    joined = cases.merge(by=town.named("clerk"), case=private, other=public)
    assert same_rows(queries.released(), [joined])
    apart = cases.unmerge(by=town.named("clerk"), case=joined)
    assert (apart.state, apart.merged_into) == (before[0], None)
    assert apart.due_at is not None
    assert before[1] is not None
    assert abs((apart.due_at - before[1]).total_seconds()) < 60
    assert same_rows(queries.released(), [apart])
    assert queries.same_problem(apart) == 0


def same_rows(publications: Any, rows: list[Model]) -> bool:
    return [each.case_id for each in publications] == [each.pk for each in rows]
