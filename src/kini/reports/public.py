"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.reports.first_look import release_examples as release_examples
from kini.reports.open311.other_cities import GeoReportServer as GeoReportServer
from kini.reports.open311.other_cities import TheirRequest as TheirRequest
from kini.reports.open311.other_cities import other_cities as other_cities
from kini.reports.open311.other_city_destination import filing_of as filing_of
from kini.reports.open311.service_attributes import Open311Service as Open311Service
from kini.reports.open311.service_attributes import offered_services as offered_services
from kini.reports.permissions import ReportPermission as ReportPermission
from kini.reports.public_text import words_of as words_of
