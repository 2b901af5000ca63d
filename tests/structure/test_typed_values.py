"""Pages read typed numbers, days and JSON by `core.typed_values`, so that no address or form ends in a 500."""

import ast
from collections.abc import Iterator

from kini.core.environment import ROOT

SOURCE = ROOT / "src" / "kini"
RAW = frozenset(("isdigit", "isdecimal", "isnumeric", "fromisoformat", "json.loads"))
#: Uses on what the program stored or that keep characters, not numbers.
ELSEWHERE = {
    ("people/demo_accounts.py", "loads"): "a file of the demo",
    ("epidemic/case_records/record_form.py", "isdigit"): "keeps the digits of a phone number",
    ("vaccination/visits/visit_desk.py", "isdecimal"): "a measured value with a fraction, of six characters",
    ("wifi/usage/pages.py", "fromisoformat"): "days of stored figures",
}


def test_no_page_reads_numbers_and_days_by_itself() -> None:
    assert set(raw_uses()) == set(ELSEWHERE)


def raw_uses() -> Iterator[tuple[str, str]]:
    """Yield modules that handle requests with the raw functions that they call."""
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text("utf-8")
        if "HttpRequest" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Attribute) and RAW.intersection((node.attr, ast.unparse(node))):
                yield str(path.relative_to(SOURCE)), node.attr


def test_limits_count_networks_and_never_single_addresses() -> None:
    """A household with IPv6 has 2^64 addresses: `client_network` counts it once."""
    uses = {
        str(path.relative_to(SOURCE))
        for path in sorted(SOURCE.rglob("*.py"))
        if "client_address(" in path.read_text("utf-8") and "attempt_limits" in path.read_text("utf-8")
    }
    assert uses == set()
