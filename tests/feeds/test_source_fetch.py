"""Polling of sources: conditional requests, and a folder for files."""

import os
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from kini.core import current_time
from kini.feeds import actions, importer, jobs, source_fetch
from kini.feeds.models import FeedState, ImportRun, Record
from tests.feeds.conftest import BY, HEAD, NOON, POSTS

ROWS = (HEAD + "Mill,2026-11-23,11:30,120,calm,38.73,-9.475\n").encode()


class Site(ThreadingHTTPServer):
    """An HTTP source that answers 304 to a client with the current file."""

    requests: list[tuple[str, str]]
    content = ROWS
    status = 200


class Answer(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        known = self.headers.get("If-None-Match", "")
        self.server.requests.append((self.path, known))
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.2:1/rows.csv")
            self.end_headers()
            return
        same = known == f'"{len(self.server.content)}"'
        self.send_response(304 if same else self.server.status)
        self.send_header("ETag", f'"{len(self.server.content)}"')
        self.send_header("Content-Length", "0" if same else str(len(self.server.content)))
        self.end_headers()
        if not same:
            self.wfile.write(self.server.content)

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site(("127.0.0.1", 0), Answer)
    server.requests = []
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def declare_source(folder, site):
    """The posts, with the site as source."""

    def declare(path="/rows.csv", more=""):
        source = f"source: {{http: 'http://127.0.0.1:{site.server_port}{path}', every: {{minutes: 5}}, {more}"
        (folder / "feeds" / "posts.yaml").write_text(POSTS.replace("source: {", source), "utf-8")

    declare()
    return declare


@pytest.fixture(autouse=True)
def noon():
    with current_time.freeze(NOON):
        yield


def state():
    return FeedState.objects.get(feed="posts")


def test_what_is_known_is_not_fetched_again(declare_source, site):
    importer.poll_source(by=BY, name="posts")
    with current_time.freeze(NOON + timedelta(minutes=5)):
        importer.poll_source(by=BY, name="posts")
    etag = f'"{len(ROWS)}"'
    assert site.requests == [("/rows.csv", ""), ("/rows.csv", etag)]
    assert ImportRun.objects.count() == 1
    assert state().checked_at == NOON + timedelta(minutes=5)


def test_a_site_that_fails_leaves_the_last_figures_and_recovers(declare_source, site):
    importer.poll_source(by=BY, name="posts")
    site.status, site.content = 503, b"down"
    importer.poll_source(by=BY, name="posts")
    assert state().failed_since == NOON
    assert "503" in state().problem
    assert Record.objects.get().values["cm"] == 120
    site.status, site.content = 200, ROWS.replace(b"120", b"0130")
    importer.poll_source(by=BY, name="posts")
    assert state().failed_since is None
    assert Record.objects.get().values["cm"] == 130


def test_only_hosts_that_the_pack_names_are_asked(declare_source, site):
    declare_source("/away")
    importer.poll_source(by=BY, name="posts")
    assert "127.0.0.2" in state().problem
    assert [path for path, _known in site.requests] == ["/away"]


def test_more_than_the_limit_is_not_read(declare_source, site):
    declare_source(more="most_mb: 1, ")
    site.content = ROWS + b" " * 1_000_001
    importer.poll_source(by=BY, name="posts")
    assert "1 MB" in state().problem
    assert Record.objects.count() == 0


def test_a_site_that_is_not_there_is_no_error_of_ours(declare_source, site, folder):
    (folder / "feeds" / "posts.yaml").write_text(
        POSTS.replace("source: {", "source: {http: 'http://127.0.0.1:9/rows.csv', "), "utf-8"
    )
    importer.poll_source(by=BY, name="posts")
    assert "127.0.0.1:9" in state().problem


def test_a_file_laid_into_the_folder_is_loaded_once(folder, posts):
    path = source_fetch.drop_path("posts", actions.feed_config.feeds()["posts"].source)
    importer.poll_source(by=BY, name="posts")
    assert FeedState.objects.count() == 0
    path.parent.mkdir()
    path.write_bytes(ROWS)
    os.utime(path, (0, NOON.timestamp() - 60))
    importer.poll_source(by=BY, name="posts")
    importer.poll_source(by=BY, name="posts")
    assert ImportRun.objects.count() == 1
    assert Record.objects.get().values["cm"] == 120


def test_a_file_that_is_still_being_written_waits(folder):
    path = source_fetch.drop_path("posts", actions.feed_config.feeds()["posts"].source)
    path.parent.mkdir()
    path.write_bytes(ROWS)
    os.utime(path, (0, NOON.timestamp() - 1))
    importer.poll_source(by=BY, name="posts")
    assert Record.objects.count() == 0


def test_sources_are_looked_at_in_their_turn(declare_source, site, run_jobs):
    jobs.poll_due_feeds()
    run_jobs()
    jobs.poll_due_feeds()
    run_jobs()
    assert len(site.requests) == 1
    with current_time.freeze(NOON + timedelta(minutes=5)):
        jobs.poll_due_feeds()
        run_jobs()
    assert len(site.requests) == 2
