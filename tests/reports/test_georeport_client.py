"""The independent client `georeport` of the package index reads our Open311 server, where it is installed."""

from typing import Any

import pytest

from kini.core.actors import system
from kini.reports import actions
from kini.services.flows import Flow
from tests.cases import town as towns
from tests.cases.town import offer
from tests.pagechecks import CheckedClient
from tests.reports.conftest import STREET
from tests.reports.test_open311 import HOLE, post, released

georeport = pytest.importorskip("georeport", reason="the package georeport, a client by others, is not installed")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_the_client_of_others_reads_services_and_requests(live_server: Any, client: CheckedClient, form: str):
    town = towns.build()
    offer("hole", HOLE, Flow.model_validate(STREET))
    post(client, actions.add_open311_client(by=system("tests"), name="Next town")[1])
    case = released(town)
    theirs = georeport.GeoReport(f"{live_server.url}/open311/v2", output_format=form)
    services = theirs.get_service_list()
    services = services if isinstance(services, list) else [services]  # its XML has one-element lists as dicts
    assert [each["service_code"] for each in services] == ["hole"]
    assert theirs.get_service_definition("hole")["service_code"] == "hole"
    requests = theirs.get_service_requests()
    requests = requests if isinstance(requests, list) else [requests]
    assert [each["service_request_id"] for each in requests] == [case.reference]
    one = theirs.get_service_request(case.reference)
    one = one[0] if isinstance(one, list) else one
    assert (one["description"], one["status"]) == ("A hole", "open")
