"""Copies of public reports are public themselves, with sound timelines, photos, answers and audits."""

import random
from datetime import timedelta

import pytest

from kini.cases import actions as cases
from kini.cases.models import Case
from kini.cases.timeline.verification import verify_case
from kini.core import current_time
from kini.core.actors import Actor, system
from kini.demo import copies as copies_module
from kini.demo import year
from kini.demo.case_cloner import Person
from kini.demo.content import NOTHING
from kini.demo.copies import Applicants, copied_cases, copied_reports, copy_reports
from kini.reports import actions, queries
from kini.reports.models import AgencyFigures, Audit, ClosingAnswer, Publication, PublicPhoto
from kini.reports.public_text import words_of
from kini.services.models import ServiceVersion
from tests.cases.conftest import city, town  # noqa: F401 -- fixtures
from tests.cases.town import Town, filled, opened, photo, proved
from tests.reports.conftest import SAID, broken_lamp, crew  # noqa: F401 -- fixtures
from tests.reports.test_closing import finished
from tests.reports.test_public_reports import lamps as lamps
from tests.reports.test_public_reports import said

BY = system("demo")


@pytest.fixture
def public(town: Town, lamps: ServiceVersion) -> Case:  # noqa: F811
    """A public report of the demo's resident with a photo."""
    resident = proved(town.resident)
    by, clerk = town.named("resident"), town.named("clerk")
    draft = filled(by, lamps, resident, said() | {"what": {"what": "The lamp is dark"}})
    picture = cases.attach_file(by=by, draft=draft, slot="photos", upload=photo(3))
    cases.update_answers(by=by, draft=draft, values={"photos": {"files": [str(picture.pk)]}})
    case = cases.submit(by=by, draft=draft, confirm=True)
    copy = actions.prepare_photo(by=clerk, case=case, photo=case.documents.get())
    actions.release(by=clerk, case=case, text=words_of(case), before=copy)
    return case


def test_copies_are_public_at_places_of_their_own(public: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    other = NOTHING.model_copy(update={"answers": {"what": [words_of(public), "Dark since Monday"]}})
    monkeypatch.setattr(copies_module, "demo_content", lambda: other)
    assert not copied_cases().exists()
    assert list(copied_reports()) == [public]
    own = Applicants([Person(public.resident_id, public.submitted_by_id)], [])
    now = current_time.now()
    assert copy_reports(by=BY, originals={public.pk: 1.0}, numbers=range(5000, 5006), until=now, applicants=own) == 6
    copies = list(Case.objects.exclude(pk=public.pk).order_by("pk"))
    assert all(verify_case(each) == [] for each in copies)
    shown = list(queries.released().exclude(pk=public.pk).select_related("case", "current__before__source"))
    assert {each.case for each in shown} == set(copies)
    assert all((each.latitude, each.longitude) == (each.case.latitude, each.case.longitude) for each in shown)
    assert all(each.area_path == each.case.area_path for each in shown)
    assert {each.current.text for each in shown} == {words_of(public), "Dark since Monday"}
    assert all(each.current.text == words_of(each.case) for each in shown)
    assert {each.current.before.sha256 for each in shown} == {PublicPhoto.objects.first().sha256}
    assert all(each.current.before.source.case == each.case for each in shown)
    assert queries.near_reports(
        public.service_id, (shown[0].latitude, shown[0].longitude), metres=50, closed=timedelta()
    )


def test_closings_of_copies_have_answers_and_audits(
    public: Case,
    monkeypatch: pytest.MonkeyPatch,
    town: Town,  # noqa: F811
) -> None:
    solved_at = current_time.now() - timedelta(days=3)
    ClosingAnswer.objects.create(case=public, closed_at=solved_at, answer=ClosingAnswer.NOT_SOLVED)
    monkeypatch.setattr(random.Random, "random", lambda self: 0.01)
    applicants, until = Applicants([Person(public.resident_id, public.submitted_by_id)], []), current_time.now()
    copy_reports(by=BY, originals={public.pk: 1.0}, numbers=range(5000, 5004), until=until, applicants=applicants)
    disputed = ClosingAnswer.objects.exclude(case=public)
    assert disputed.count() == 4
    for each in disputed:
        publication = Publication.objects.get(pk=each.case_id)
        assert public.opened_at - publication.opened_at == solved_at - each.closed_at
    assert set(Audit.objects.values_list("result", flat=True)) == {Audit.FAILED}
    actions.count_figures(by=system("tests"))
    figures = AgencyFigures.objects.get(agency=public.agency_id)
    assert (figures.disputed, figures.failed) == (5, 4)


def test_reports_that_are_not_public_are_disputed_and_late_as_often(
    town: Town,  # noqa: F811
    broken_lamp: ServiceVersion,  # noqa: F811
    crew: Actor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else an agency of which few were played would have all its closings late, and none disputed."""
    proved(town.resident)
    now = current_time.now()
    reports = [opened(town.named("resident"), broken_lamp, town.resident, SAID) for _each in range(3)]
    reports = [finished(town, case, crew, photo(80 + 40 * number)) for number, case in enumerate(reports)]
    Case.objects.filter(pk=reports[0].pk).update(due_at=reports[0].closed_at - timedelta(minutes=1))
    ClosingAnswer.objects.create(
        case=reports[1], closed_at=reports[1].closed_at - timedelta(days=3), answer=ClosingAnswer.NOT_SOLVED
    )
    given: dict[int, float] = {}
    store = copies_module.copy_cases
    monkeypatch.setattr(year, "copy_cases", lambda **values: given.update(values["originals"]) or store(**values))
    monkeypatch.setattr(year, "AT_A_TIME", 4)
    assert year.copy_share(0, now) == 4
    late, disputed = (given[case.pk] / sum(given.values()) for case in reports[:2])
    agency = reports[0].agency_id
    assert late == pytest.approx(year.share_of("late", agency), abs=0.01)
    assert disputed == pytest.approx(year.share_of("disputed", agency), abs=0.01)
    monkeypatch.setattr(random.Random, "random", lambda self: 0.5)
    own = Applicants([Person(town.resident.pk, town.resident.user_id)], [])
    copies_module.copy_cases(by=BY, originals={reports[1].pk: 1.0}, numbers=range(20, 23), until=now, applicants=own)
    assert ClosingAnswer.objects.filter(answer=ClosingAnswer.NOT_SOLVED).exclude(case=reports[1]).count() >= 3
