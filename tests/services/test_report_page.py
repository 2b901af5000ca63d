"""Start page of reports."""

import re

from kini.services.models import Service
from tests.services.jakarta_pack import InJakarta


class TestChoosing(InJakarta):
    def test_every_report_is_offered_the_usual_ones_first(self) -> None:
        page = self.client.get("/report/").content.decode()
        reports = set(Service.objects.filter(kind="report", active=True).values_list("pk", flat=True))
        assert reports
        assert {name for name in reports if f'href="/services/{name}/"' in page} == reports
        assert "/services/birth-certificate/" not in page
        assert page.index("/services/general-complaint/") < page.index("/services/waste-report/")

    def test_it_names_the_number_for_emergencies_and_the_way_to_earlier_reports(self) -> None:
        page = self.client.get("/report/").content.decode()
        assert 'href="tel:112"' in page.split("<main", 1)[1].split("</main", 1)[0]
        assert 'href="/track/"' in page

    def test_it_stands_in_the_header_and_in_the_bar_of_phones(self) -> None:
        page = self.client.get("/report/").content.decode()
        assert len(re.findall(r'href="/report/"\s+aria-current="page"', page)) == 2
