"""Calls to other systems share one TLS context, which takes 25 ms of CPU to make."""

import ast
from pathlib import Path

from kini.core import tls
from kini.core.environment import ROOT

SOURCE = ROOT / "src" / "kini"
#: Programs that play a browser or a load, and call the city itself.
CLIENTS = ("bench", "robot")
CALLS = ("Client", "AsyncClient", "request", "stream", "get", "post", "put", "patch", "delete", "head")


def contexts(path: Path) -> dict[int, str]:
    """Line and TLS context of each call of httpx in a file."""
    return {
        node.lineno: next((ast.unparse(word.value) for word in node.keywords if word.arg == "verify"), "")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "httpx"
        and node.func.attr in CALLS
    }


def test_every_call_uses_the_shared_context() -> None:
    files = [path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] not in CLIENTS]
    calls = {f"{path}:{line}": context for path in files for line, context in contexts(path).items()}
    assert len(calls) >= 10
    assert {place for place, context in calls.items() if context != "tls.context()"} == set()


def test_the_context_is_made_once_and_verifies() -> None:
    assert tls.context() is tls.context()
    assert tls.context().check_hostname
    assert tls.context().get_ca_certs()
