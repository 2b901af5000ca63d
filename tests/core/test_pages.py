"""Health checks: live is not ready."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from kini.core import current_time, health
from kini.core.models import OutboxMessage


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    health.require_migrations.cache_clear()
    yield
    health.require_migrations.cache_clear()


def test_live_answers_without_the_database() -> None:
    answer = Client().get("/health/live")  # tests without the mark may not touch the database
    assert answer.status_code == 200
    assert answer.content == b"alive\n"
    assert "no-store" in answer["Cache-Control"]
    assert len(answer["X-Request-Id"]) == 32


@pytest.mark.django_db
def test_ready_when_the_tables_are_there() -> None:
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.content) == (200, b"ready\n")


@pytest.mark.django_db
def test_not_ready_without_static_files(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "kini.web.static_build.StaticStorage"}}
    settings.STATIC_ROOT = tmp_path
    assert Client().get("/health/ready").status_code == 503
    (tmp_path / "staticfiles.json").write_text('{"version": "1.1", "paths": {}, "hash": ""}')
    assert Client().get("/health/ready").status_code == 200


@pytest.mark.django_db
def test_messages_that_wait_are_a_problem(settings: Settings) -> None:
    OutboxMessage.objects.create(channel="email", recipient="sri@mail.example", text="Code")
    assert health.problems()["outbox"] == ""
    OutboxMessage.objects.update(at=current_time.now() - timedelta(minutes=11))
    assert health.problems()["outbox"].startswith("1 messages could not be sent")


@pytest.mark.django_db
def test_not_ready_while_migrations_are_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'core'")
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.content) == (503, b"not ready: migrations are missing\n")


@pytest.mark.django_db
def test_not_ready_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = connection.copy()
    gone.settings_dict = {**gone.settings_dict, "HOST": "/nowhere", "OPTIONS": {}}
    monkeypatch.setattr(health, "connection", gone)
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.content) == (503, b"not ready: the database does not answer\n")


@pytest.mark.parametrize("address", ["/health/live", "/health/ready", "/outbox/"])
def test_nothing_can_be_posted(address: str) -> None:
    assert Client().post(address).status_code == 405
