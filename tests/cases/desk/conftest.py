"""Browsers of the people in the town."""

from collections.abc import Callable
from http.cookies import SimpleCookie

import pytest
from django.conf import settings

from kini.people.models import Officer, Resident
from tests.cases.town import Town
from tests.pagechecks import CheckedClient
from tests.snapshots import replay

type Browse = Callable[[Officer | Resident], CheckedClient]


@pytest.fixture
def browse() -> Browse:
    """A browser in which somebody has signed in. Pages are read in English."""

    def sign_in(who: Officer | Resident) -> CheckedClient:
        client = CheckedClient()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        user = who.user
        assert user is not None

        def log_in() -> SimpleCookie:
            client.force_login(user)
            return client.cookies

        client.cookies = replay(f"signed in as {user.pk}", log_in)
        return client

    return sign_in


@pytest.fixture
def clerk(town: Town, browse: Browse) -> CheckedClient:
    return browse(town.clerk)


@pytest.fixture
def head(town: Town, browse: Browse) -> CheckedClient:
    return browse(town.head)
