"""The operator's pages, and those who knock."""

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from kini.people import actions
from kini.people.contacts import Contact
from kini.people.models import User
from tests.people.conftest import BY, newest_code
from tests.people.conftest import agency as agency
from tests.people.conftest import areas as areas
from tests.people.conftest import city as city
from tests.people.conftest import officer as officer
from tests.people.conftest import person as person
from tests.people.conftest import resident as resident
from tests.people.test_security import app_code

OPERATOR = Contact("email", "operator@example.com")


@pytest.fixture(autouse=True)
def pages(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.operator.urls"


@pytest.fixture
def operator(db: None) -> User:
    return actions.add_operator(by=BY, contact=OPERATOR).user


@pytest.fixture
def come_in(operator: User) -> Callable[[Client], Client]:
    """Signs the operator in, with an authenticator app."""
    secret = generate_totp_secret()
    TOTP.activate(operator, secret)

    def sign_in(client: Client) -> Client:
        client.post("/sign-in/", {"contact": OPERATOR.value})
        client.post("/account/code/", {"code": newest_code(OPERATOR.value)})
        client.post(reverse("mfa_authenticate"), {"code": app_code(secret)})
        return client

    return sign_in


@pytest.fixture
def inside(come_in: Callable[[Client], Client], client: Client) -> Client:
    return come_in(client)
