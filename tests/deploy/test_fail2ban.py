"""The filter of deploy/fail2ban matches Kini's log lines, with the real fail2ban."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from kini.core import security_log, system_programs
from kini.core.environment import ROOT

FILTER = ROOT / "deploy" / "fail2ban" / "kini.filter.conf"
JAIL = ROOT / "deploy" / "fail2ban" / "kini.jail.conf"
PROGRAM = """
import django
django.setup()
from django.test import RequestFactory
from kini.core import logging_config, security_log
from kini.core.client_address import current_request

logging_config.configure("json", "info")
for client, event, facts in EVENTS:
    current_request.set(RequestFactory().get("/", REMOTE_ADDR=client))
    security_log.report(event, **facts)
"""
#: A path of a request that imitates a line of the security log; in JSON its quotes are escaped.
IMITATION = '/"logger": "kini.security", "event": "code-refused", "network": "192.0.2.9"'


def written(*events: tuple[str, str, dict[str, str]]) -> str:
    words = [sys.executable, "-c", PROGRAM.replace("EVENTS", repr(events))]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "kini.settings"}
    return subprocess.run(words, capture_output=True, text=True, check=True, env=env).stderr


@pytest.fixture
def program() -> str:
    matches = system_programs.find_or_install(["fail2ban-regex"], "fail2ban")
    if matches is None:
        pytest.skip("fail2ban is not installed")
    return matches


def test_the_filter_finds_the_networks_of_refused_attempts_and_nothing_else(program: str, tmp_path: Path):
    lines = written(
        ("203.0.113.7", "code-refused", {}),
        ("203.0.113.8", "limit-reached", {"limit": "people.code-for-network"}),
        ("2001:db8:1:2:3::4", "client-secret-refused", {}),
        ("203.0.113.9", "limit-reached", {"limit": "people.sms-codes-in-all"}),
        ("203.0.113.9", "request-refused", {}),
    )
    answered = {"path": IMITATION, "event": "answered", "logger": "kini.request", "timestamp": "2026-12-01T06:22:01.1Z"}
    log = tmp_path / "kini.log"
    log.write_text(lines + json.dumps(answered) + "\n", "utf-8")
    done = subprocess.run([program, "-v", str(log), str(FILTER)], capture_output=True, text=True, check=False)
    matches = re.findall(r"^\| {6}(\S+)  ", done.stdout, re.MULTILINE)
    assert matches == ["203.0.113.7", "203.0.113.8", "2001:db8:1:2::/64"], done.stdout


def test_the_filter_names_events_that_exist():
    [names] = re.findall(r"^_events = (.*)$", FILTER.read_text("utf-8"), re.MULTILINE)
    assert set(names.split("|")) <= set(get_args(security_log.Event.__value__))


def test_the_jail_uses_the_filter():
    assert "filter = kini" in JAIL.read_text("utf-8")
