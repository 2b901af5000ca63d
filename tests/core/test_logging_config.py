"""Log lines of the program and its libraries have one format, one event a line."""

import json
import subprocess
import sys

PROGRAM = """
import logging
import structlog
from kini.core import logging_config

logging_config.configure("FORM", "info")
log = structlog.get_logger("kini.sample")
with structlog.contextvars.bound_contextvars(request="r1"):
    log.info("answered", status=200, words="100% %s")
    log.debug("not told")
    logging.getLogger("elsewhere").warning("odd %s", "thing")
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("failed")
"""


def said(form: str) -> str:
    words = [sys.executable, "-c", PROGRAM.replace("FORM", form)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stderr


def test_each_event_is_a_line_of_json_with_what_was_bound_and_what_went_wrong():
    answered, odd, failed = map(json.loads, said("json").splitlines())
    assert answered.pop("timestamp").endswith("Z")
    bound = {"request": "r1", "level": "info", "logger": "kini.sample"}
    assert answered == {"event": "answered", "status": 200, "words": "100% %s", **bound}
    assert (odd["event"], odd["level"], odd["logger"], odd["request"]) == ("odd thing", "warning", "elsewhere", "r1")
    assert failed["exception"].endswith("ZeroDivisionError: division by zero")


def test_readable_lines_say_the_same():
    text = said("text")
    for words in ("answered", "status=200", "odd thing", "ZeroDivisionError: division by zero"):
        assert words in text
    assert "not told" not in text
