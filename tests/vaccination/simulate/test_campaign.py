"""The made-up campaign: its doses, their coverage by residence and by place, stock in the ledger, removal."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.db.models import Sum

from kini.booking.models import Quota
from kini.city import actions as city_actions
from kini.city.models import Area
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, system
from kini.epidemic.models import AreaFigure
from kini.epidemic.public import measures
from kini.epidemic.surveillance.areas import areas_of
from kini.epidemic.surveillance.indicators import vaccination_coverage
from kini.ledger.models import Balance
from kini.people.models import Person
from kini.services.models import Service
from kini.vaccination.doses.coverage import publish_coverage, withdraw_coverage
from kini.vaccination.models import Dose, Session, Site
from kini.vaccination.simulate.actions import create_doses, remove_doses, stock_site
from kini.vaccination.simulate.dose_series import DAYS, simulate_doses
from kini.vaccination.sites.site_file import load_sites
from kini.web.formats import today

BY = system("tests")
CAMPAIGN, DISEASE = "covid-19", "covid-19"


@pytest.fixture
def city(db: None) -> None:
    city_actions.load_pack_tables(by=BY)
    load_sites(BY)


def sunday() -> date:
    yesterday = today() - timedelta(days=1)
    return yesterday - timedelta(days=(yesterday.weekday() + 1) % 7)


def test_doses_follow_each_other_and_are_the_same_again() -> None:
    given = ([20_000] * 40, [n // 4 for n in range(40)], [n // 2 for n in range(20)], 2, 5_000)
    made, again = simulate_doses(*given, seed=7), simulate_doses(*given, seed=7)
    assert np.array_equal(made.day, again.day)
    assert len(made.person) == 5_000
    assert made.person.max() + 1 == len(made.area) < 5_000
    same = made.person[1:] == made.person[:-1]
    assert (made.number[1:][same] == made.number[:-1][same] + 1).all()
    assert (made.number[1:][~same] == 1).all()
    assert (made.day[1:][same] >= made.day[:-1][same] + 28).all()
    assert (made.day[made.number == 1] < DAYS).all()
    assert (made.vaccine[1:][same] == made.vaccine[:-1][same]).all()
    assert 0.02 < (made.area == -1).mean() < 0.08
    assert (made.age >= 6).all()


def test_made_up_doses_are_whole_counted_and_go_without_a_trace(city: None) -> None:
    before = Person.objects.count()
    counts = create_doses(by=BY, doses=4_000)
    doses = Dose.objects.filter(source="demo")
    assert doses.count() == counts["doses"] == 4_000
    assert not doses.filter(given_on__gt=today()).exists()
    assert not doses.filter(site=None).exists()
    assert doses.values("reference").distinct().count() == 4_000
    with pytest.raises(ActionRefused):
        create_doses(by=BY, doses=10)
    until = today() - timedelta(days=1)
    assert publish_coverage(by=BY, campaign=CAMPAIGN, until=until) > 1_000
    assert publish_coverage(by=BY, campaign=CAMPAIGN, until=until) == 0
    figures = AreaFigure.objects.filter(source=measures.COUNTED_DOSES, day=sunday())
    whole = Area.objects.get(parent=None).pk
    first = doses.filter(number=1, given_on__lte=sunday())
    shown = dict(figures.filter(area=whole).values_list("measure", "value"))
    assert abs(shown["dose-1-total"] - first.exclude(area=None).count()) < 5 * 267
    assert shown["by-place-dose-1-total"] > shown["dose-1-total"]
    assert not AreaFigure.objects.filter(measure__contains="dose-", value__gt=0, value__lt=5).exists()
    assert remove_doses(by=BY) == 4_000
    assert withdraw_coverage(by=BY, campaign=CAMPAIGN) > 1_000
    assert Person.objects.count() == before
    assert not Dose.objects.exists()


def test_coverage_is_shown_by_residence_and_by_place_and_imports_take_precedence(city: None) -> None:
    area, day = Area.objects.get(pk="31.71.01.1001"), sunday()

    def figure(source: str, measure: str, value: float) -> None:
        values = {"source": source, "measure": measure, "value": value, "disease": DISEASE, "day": day, "known_on": day}
        AreaFigure.objects.create(area=area, **values)

    def coverage() -> dict[str, tuple[float, str]]:
        found = vaccination_coverage(DISEASE, areas_of([area.pk]), day, day, None)
        return {name: (float(values[0, 0]), source) for name, (values, source) in found.items()}

    for measure, value in (("target-total", 200), ("dose-1-total", 20), ("by-place-dose-1-total", 50)):
        figure(measures.COUNTED_DOSES, measure, value)
    assert coverage()["coverage-first"] == (10, "doses")
    assert coverage()["coverage-first-by-place"] == (25, "doses")
    figure("vaccination", "target-total", 1_000)
    figure("vaccination", "dose-1-total", 900)
    assert coverage()["coverage-first"] == (90, "vaccination")


def test_a_count_stays_until_it_is_wrong_by_five(city: None) -> None:
    create_doses(by=BY, doses=3_000)
    publish_coverage(by=BY, campaign=CAMPAIGN, until=today() - timedelta(days=1))
    row = AreaFigure.objects.filter(measure="dose-1-total", day=sunday(), area__level="kelurahan").order_by("-value")[0]
    dose = Dose.objects.filter(area=row.area_id, number=1, given_on__lte=sunday())[0]
    Dose.objects.filter(pk=dose.pk).delete()
    publish_coverage(by=BY, campaign=CAMPAIGN, until=today() - timedelta(days=1))
    same = AreaFigure.objects.filter(measure="dose-1-total", day=sunday(), area=row.area_id)
    assert [each.value for each in same] == [row.value]


def test_a_site_is_stocked_through_the_ledger_and_its_sessions_are_open(city: None) -> None:
    site = Site.objects.get(pk="puskesmas-gambir")
    Service.objects.create(id="vaccination-booking", category="health", kind="booking", agency=site.agency)
    assert stock_site(by=BY, site=site) > 0
    sessions = Session.objects.filter(site=site)
    places = Quota.objects.filter(slot__vaccination_session__in=sessions).aggregate(total=Sum("capacity"))["total"]
    assert places > 50
    assert Balance.objects.filter(account__contains=site.pk, balance__gt=0).exists()
    count = sessions.count()
    assert stock_site(by=BY, site=site) == 0
    assert sessions.count() == count


def test_only_the_system_counts(city: None) -> None:
    resident = Actor(ActorKind.RESIDENT, 1)
    with pytest.raises(NotAllowed):
        publish_coverage(by=resident, campaign=CAMPAIGN, until=today())
    with pytest.raises(NotAllowed):
        withdraw_coverage(by=resident, campaign=CAMPAIGN)
