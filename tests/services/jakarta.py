"""Jakarta's pack in the database, loaded once for all tests of a class."""

from django.test import TestCase

from kini.city.actions import load_pack_tables
from kini.core.actors import system
from kini.services.actions import load_services
from tests.pagechecks import CheckedClient

BY = system("tests")


class InJakarta(TestCase):
    """Base of tests that only read; each starts from the whole pack."""

    client_class = CheckedClient

    @classmethod
    def setUpTestData(cls) -> None:
        load_pack_tables(by=BY)
        load_services(by=BY)
