"""Jakarta's pack in the database, loaded once for all tests of a class."""

from django.test import TestCase

from kini.city.actions import load_pack_tables
from kini.core import audit
from kini.core.actors import system
from kini.services.actions import load_services
from kini.services.queries import AUDIT_SUBJECT
from tests.pagechecks import CheckedClient

BY = system("tests")


def bump_audit() -> None:
    """Add an audit entry for services, which invalidates their cache."""
    audit.record(by=BY, action="services.loaded", subject=AUDIT_SUBJECT)


class InJakarta(TestCase):
    """Base of read-only tests with the whole pack loaded."""

    client_class = CheckedClient

    @classmethod
    def setUpTestData(cls) -> None:
        load_pack_tables(by=BY)
        load_services(by=BY)
