"""Programs in the made-up town: tokens, and a client that talks JSON."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from kini.cases.models import Case
from kini.people import actions as people_actions
from kini.people.models import Officer, Resident
from kini.services.models import ServiceVersion
from tests.cases import town as towns
from tests.cases.town import BY, PACK, PERMIT, Town
from tests.environment import replace
from tests.snapshots import replay

ALL = ("profile:read", "cases:read", "cases:write", "desk:read", "desk:write", "desk:look")


@pytest.fixture(autouse=True)
def city(settings: Settings, var: object) -> None:
    settings.CITY_PATH = PACK
    settings.ENV = replace(settings.ENV, outbox=True, demo=False)


@pytest.fixture
def town(db: None) -> Town:
    return replay("town", towns.build)


@pytest.fixture
def permit(town: Town) -> ServiceVersion:
    return replay("permit", lambda: towns.offer("stall-permit", PERMIT))


@dataclass(frozen=True)
class Program:
    """A program that calls with a token, or without one."""

    token: str = ""

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = b"" if body is None else json.dumps(body).encode()
        return Client().generic(method, f"/api/v1{path}", data, "application/json", headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def read(self, path: str) -> bytes:
        """The content of a file."""
        response = self.get(path)
        assert response.status_code == 200, response.content
        return b"".join(response.streaming_content)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def form(self, path: str, parts: dict[str, Any], **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client().post(f"/api/v1{path}", parts, headers={"Authorization": f"Bearer {self.token}", **sent})

    def patch(self, path: str, body: Any) -> Any:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.send("DELETE", path)


@pytest.fixture
def case(town: Town, permit: ServiceVersion) -> Case:
    """A case of the town's resident."""
    return replay("case", lambda: towns.opened(town.named("resident"), permit, town.resident))


type Programs = Callable[..., Program]


@pytest.fixture
def program(db: None) -> Programs:
    """A program that acts for somebody with these scopes, so often in a minute."""

    def made(who: Resident | Officer, *scopes: str, per_minute: int = 1000) -> Program:
        registered = people_actions.register_client(
            by=BY,
            name="Tetangga App",
            addresses=["https://app.example.org/back"],
            scopes=ALL,
            keeps_secrets=False,
            per_minute=per_minute,
        )
        assert who.user
        token = people_actions.issue_token(by=BY, client=registered.client, user=who.user, scopes=scopes or ALL)
        return Program(token)

    return made
