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
    """Say that services were changed around the action that does it, so that the process reads them again."""
    audit.record(by=BY, action="services.loaded", subject=AUDIT_SUBJECT)


class InJakarta(TestCase):
    """Base of tests that only read; each starts from the whole pack."""

    client_class = CheckedClient

    @classmethod
    def setUpTestData(cls) -> None:
        load_pack_tables(by=BY)
        load_services(by=BY)
