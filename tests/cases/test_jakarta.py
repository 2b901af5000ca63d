"""The city's own pack: a case of every kind, opened with example answers, whole from the first entry on."""

from dataclasses import asdict
from pathlib import Path

import pytest
from pytest_django import Settings

from kini.cases import timeline
from kini.cases.models import Case
from kini.city import actions as city_actions
from kini.core import moments
from kini.core.environment import ROOT
from kini.demo.cases import apply
from kini.services import actions as services_actions
from kini.services.kinds import kinds
from kini.services.models import Service
from tests.cases.town import BY, acting, person


@pytest.fixture
def city(settings: Settings, var: Path, db: None) -> None:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    city_actions.load_pack_tables(by=BY)
    services_actions.load_services(by=BY)


@pytest.mark.usefixtures("city")
def test_every_service_of_the_kinds_that_are_here_opens_a_whole_case():
    resident = person("+6281234567890", "Warga Contoh")
    here = Service.objects.filter(active=True, kind__in=kinds.names())
    services = list(here.select_related("current").order_by("id"))
    assert {service.kind for service in services} >= {"application", "registration", "report", "assistance"}
    for number, service in enumerate(services):
        case = apply(acting(resident), resident, service, "web", number, moments.now())
        assert case.reference.startswith("KINI-")
        assert case.agency_id == service.agency_id
    assert [faults for _reference, faults in timeline.verify_all() if faults] == []
    for case in Case.objects.select_related("version"):
        derived = asdict(timeline.recompute(case))
        assert derived == {name: getattr(case, name) for name in derived}
