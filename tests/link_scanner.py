"""A link scanner, as mail providers run them: it opens every link of a message, signed out, and nothing may change."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from kini.messages.channels.email import Email
from kini.messages.models import Delivery, Message

#: Tables that count visits and refusals of them, and say nothing about a case or a person.
COUNTERS = {"django_session", "core_limitcounter"}
_LINK = re.compile(r"https?://[^\s<>\"')]+")


def digests() -> dict[str, str]:
    """A digest of the rows of each table."""
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)} - COUNTERS)
    found = {}
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for table in tables:
            if table in existing:
                cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table}\" AS t")  # noqa: S608
                found[table] = cursor.fetchone()[0] or ""
    return found


def mails_of(messages: Iterable[Message], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The text of each message as it goes out by e-mail, with its link and the one that ends e-mails."""
    mails: list[str] = []
    monkeypatch.setattr("kini.messages.channels.email.show_in_outbox", lambda _delivery, text: mails.append(text))
    monkeypatch.setattr(Email, "_post", lambda *_: None)
    for message in messages:
        Email().send(Delivery(message=message, recipient="warga@example.test"))
    return mails


def links_in(texts: Iterable[str]) -> set[str]:
    """Paths, with their queries, of all links in texts."""
    parts = [urlsplit(link.rstrip(".,;")) for text in texts for link in _LINK.findall(text)]
    return {f"{each.path}?{each.query}" if each.query else each.path for each in parts}


def scan(links: Iterable[str]) -> dict[str, int]:
    """Open links as GET and HEAD, through their redirects, without a session; returns the status of each.

    Raises:
        AssertionError: when something changed.
    """
    found = {}
    for link in sorted(links):
        before = digests()
        for method in ("get", "head"):
            found[link] = getattr(Client(), method)(link, follow=True).status_code
        after = digests()
        changed = [table for table in before if before[table] != after[table]]
        assert not changed, f"opening {link} changed {changed}"
    return found
