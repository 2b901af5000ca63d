"""Fixtures of the adapter: a site with doses, and SATUSEHAT in memory."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django import Settings

from kini.core import current_time, provider_config
from kini.core.environment import ROOT
from kini.exchange import outbox
from kini.satusehat import satusehat_client
from kini.satusehat.satusehat_client import SatusehatClient
from tests.cases.town import employed
from tests.epidemic import records_town
from tests.pagechecks import CheckedClient
from tests.satusehat.fake_platform import FakePlatform
from tests.satusehat.site_town import SiteTown
from tests.satusehat.test_client import client_at
from tests.snapshots import replay


@pytest.fixture
def town(db: None, settings: Settings) -> SiteTown:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    return SiteTown(replay("corner", records_town.build))


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
def organization(platform: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> SatusehatClient:
    """The city's organization at that platform, in place of the operator's file."""
    own = client_at(platform, practitioner="N10000001")
    configured = {"KINI_SATUSEHAT": {"jakarta": own}}
    monkeypatch.setattr(provider_config, "load_providers", lambda name, *_arguments: configured.get(name, {}))
    assert satusehat_client.clients() == [own]
    return own


@pytest.fixture
def send(run_jobs: Callable[[], int]) -> Callable[..., None]:
    """Run the jobs that were stored, and deliver what is due after some time."""

    def deliver(later: timedelta = timedelta()) -> None:
        run_jobs()
        with current_time.freeze(timezone.now() + later):
            outbox.deliver("satusehat")

    return deliver


@pytest.fixture
def desk(town: SiteTown, client: CheckedClient) -> CheckedClient:
    """A data officer at the desk, in English."""
    officer = employed("+628120000499", "Petugas Data", town.corner.agency, "health-data-officer")
    client.force_login(officer.user)
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client
