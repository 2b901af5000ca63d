"""A room from outside: everything that it brings works in a running city, which knows it by one variable alone."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import psycopg
import pytest

from kini.core.environment import ROOT
from kini.core.process_supervisor import spawn_command
from kini.core.sandboxes import SandboxHandler, bind_sandbox
from kini.robot.browser import Browser, Page
from kini.robot.scratch import ScratchCity, scratch_city
from tests import migrated_server

PACK = ROOT / "tests" / "cities" / "vila-serena"
PLUGIN = "tests.plugin_noticeboard"
TOMORROW = date.today() + timedelta(days=1)

pytestmark = [pytest.mark.xdist_group("noticeboard"), pytest.mark.timeout(400)]


class PressHandler(SandboxHandler):
    """The press: it takes every notice."""

    sandbox: list[dict[str, object]]

    def do_POST(self) -> None:
        self.sandbox.append(json.loads(self.body()))
        self.json(200, {"receipt": f"press-{self.headers['Idempotency-Key']}"})


@pytest.fixture(scope="module")
def press() -> list[dict[str, object]]:
    """Notices that the press got."""
    return []


@pytest.fixture(scope="module")
def press_address(press: list[dict[str, object]]) -> Iterator[str]:
    server = bind_sandbox(PressHandler, press)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, press_address: str) -> Iterator[ScratchCity]:
    """A small city whose heads of division may post notices, with worker."""
    pack = tmp_path_factory.mktemp("noticeboard") / "pack"
    shutil.copytree(PACK, pack)
    roles = pack / "roles.yaml"
    roles.write_text(roles.read_text("utf-8").replace("assign, note", "assign, post-notices, note"), "utf-8")
    env = {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "KINI_NOTICEBOARD_PRESS": press_address,
    }
    with scratch_city(pack, PLUGIN, demo="people", env=env, migrated=migrated_server.copy_data) as scratch:
        worker = [sys.executable, "-m", "kini.cli", "worker"]
        scratch.supervisor.start("worker", spawn_command(worker, scratch.env))
        yield scratch


@pytest.fixture(scope="module")
def address(city: ScratchCity) -> str:
    return city.serve()


def kini(city: ScratchCity, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a verb as an operator."""
    command = [sys.executable, "-m", "kini.cli", *words]
    return subprocess.run(command, env=city.env | variables, capture_output=True, text=True, check=False, timeout=120)


@contextmanager
def browsing(address: str) -> Iterator[Browser]:
    """Browser of a visitor."""
    browser = Browser(address)
    yield browser
    browser.close()


@contextmanager
def signed_in(city: ScratchCity, address: str, *, counter: bool = False) -> Iterator[Browser]:
    """Browser of a demo officer who is head of a division, or of one at the counter, who may not post."""
    people = json.loads((city.var / "demo.json").read_text("utf-8"))
    listed = [each.get("email", "resident") for each in people if "task" not in each]
    officers = [email for email in listed if not email.startswith("resident")]
    person = next(email for email in officers if email.startswith("counter@") == counter)
    with browsing(address) as browser:
        browser.send(browser.get("/demo/sign-in/").form("/demo/sign-in/"), {"person": person})
        yield browser


def query(city: ScratchCity, statement: str) -> list[tuple[object, ...]]:
    """Rows of a statement that the tables' owner runs, past Python."""
    with psycopg.connect(city.env["DATABASE_URL"]) as db:
        result = db.execute(statement)
        return list(result) if result.description else []


def post_notice(city: ScratchCity, address: str, title: str, **values: str) -> Page:
    """Send the officers' form."""
    with signed_in(city, address) as browser:
        form = browser.get("/noticeboard/post/").form("/noticeboard/post/")
        sent = {"title": title, "text": "Fresh fish.", "last_day": f"{TOMORROW}"} | values
        return browser.send(form, sent, expect=(200, 422))


def test_an_officer_posts_a_notice_and_everybody_reads_it(city: ScratchCity, address: str) -> None:
    page = post_notice(city, address, "Market on Sunday")
    assert page.url.endswith("/noticeboard/")
    with browsing(address) as visitor:
        assert "Market on Sunday" in visitor.get("/noticeboard/").text("//article/h2")
        assert any(link.endswith("/noticeboard/") for link in visitor.get("/").links())
    assert query(city, "SELECT 1 FROM core_auditentry WHERE action = 'noticeboard.posted' AND actor_kind = 'officer'")


def test_others_may_not_post(city: ScratchCity, address: str) -> None:
    with signed_in(city, address, counter=True) as officer:
        officer.get("/noticeboard/post/", expect=(403,))
    with browsing(address) as visitor:
        assert "/sign-in/" in visitor.get("/noticeboard/post/").url


def test_a_wrong_notice_is_refused_with_a_reason(city: ScratchCity, address: str) -> None:
    late = post_notice(city, address, "Too late", last_day="2020-01-01")
    assert (late.status, late.has('//*[contains(@class, "errorlist")]')) == (422, True)
    with pytest.raises(psycopg.errors.CheckViolation, match="noticeboard_notice_has_a_title"):
        query(
            city,
            "INSERT INTO noticeboard_notice (title, text, posted_at, last_day, press_receipt)"
            " VALUES ('', 'x', now(), now(), '')",
        )


def test_the_press_gets_each_notice_through_the_outbox(
    city: ScratchCity, address: str, press: list[dict[str, object]]
) -> None:
    post_notice(city, address, "For the press")
    until = time.monotonic() + 60
    while not query(city, "SELECT 1 FROM noticeboard_notice WHERE title = 'For the press' AND press_receipt <> ''"):
        assert time.monotonic() < until, "the press has no notice after a minute"
        time.sleep(0.5)
    assert [each["text"] for each in press if each["title"] == "For the press"] == ["Fresh fish."]
    listed = kini(city, "noticeboard")
    assert re.search(r"For the press  \(press-\d+\)", listed.stdout), listed.stderr


def test_operators_see_its_verb_its_variable_and_its_health(city: ScratchCity, address: str) -> None:
    assert "./kini noticeboard" in kini(city).stdout
    assert "KINI_NOTICEBOARD_PRESS (set)" in kini(city, "env").stdout
    assert re.search(r"noticeboard +good", kini(city, "check", "health").stdout)
    lacking = kini(city, "check", "health", KINI_NOTICEBOARD_PRESS="")
    assert (lacking.returncode, "KINI_NOTICEBOARD_PRESS is missing" in lacking.stdout) == (1, True)
    wrong = kini(city, "check", "health", KINI_NOTICEBOARD_PRESS="the press")
    assert (wrong.returncode, "KINI_NOTICEBOARD_PRESS must read like" in wrong.stderr) == (2, True)


def test_old_notices_are_removed(city: ScratchCity, address: str) -> None:
    post_notice(city, address, "Last year")
    query(city, "UPDATE noticeboard_notice SET last_day = '2020-01-01' WHERE title = 'Last year'")
    overdue = kini(city, "check", "retention").stdout
    assert re.search(r"noticeboard.notices +30 days +1 +1", overdue), overdue
    kini(city, "check", "retention", "--apply")
    assert query(city, "SELECT 1 FROM noticeboard_notice WHERE title = 'Last year'") == []


def test_its_data_set_is_counted_and_read_by_the_engine(city: ScratchCity, address: str) -> None:
    post_notice(city, address, "To be counted")
    ((rows,),) = query(city, "SELECT count(*) FROM noticeboard_notice WHERE posted_at >= date_trunc('month', now())")
    counted = kini(city, "noticeboard", "count")
    assert counted.stdout == f"{rows} notices were posted.\n", counted.stderr
    assert list((city.var / "noticeboard" / "posted").glob("month=*/*.parquet"))
    assert "noticeboard.posted" in kini(city, "check", "retention").stdout
