"""Start of the web server: a process may outgrow the loaded program by so much, and no more."""

import psutil
import pytest
from granian.cli import cli

from kini import serving


def test_processes_that_outgrow_the_program_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []
    monkeypatch.setattr(cli, "main", lambda arguments, **_options: given.append(arguments))
    monkeypatch.setattr(serving, "raise_open_files", lambda: None)
    serving.serve(["--host", "127.0.0.1", "--port", "8001", "--workers", "1"])
    context = cli.make_context("granian", given[0], resilient_parsing=False)
    loaded = psutil.Process().memory_info().rss // 2**20
    assert abs(context.params["workers_max_rss"] - serving.MOST_GROWTH - loaded) <= 5
