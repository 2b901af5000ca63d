"""The record of processing (UU 27/2022, article 31) in docs/privacy is what the registries say.

After a wanted change: KINI_TABLES=write ./kini test tests/privacy/test_processing_record.py
"""

import os

from django.utils import translation

from kini.core.environment import ROOT
from kini.privacy import queries

RECORD = ROOT / "docs" / "privacy" / "processing-record.md"
HEAD = """# Record of processing

What each part of Kini holds about people, as its rooms register it. Written by a test
(tests/privacy/test_processing_record.py), not by hand. The controller, the data protection officer and purposes of the
city's own stand in the pack's `privacy.yaml`.

| data | what for | legal basis | who sees it | for how long |
|---|---|---|---|---|
"""


def written() -> str:
    with translation.override("en"):
        rows = [_row(each) for each in queries.categories()]
    return HEAD + "\n".join(rows) + "\n"


def _row(each: queries.Category) -> str:
    terms = "; ".join(f"{line.term}: {line.data}" for line in each.terms) or "as long as the account"
    stays = f". After deletion of the account: {each.stays}" if each.stays else ""
    cells = (f"**{each.label}** (`{each.name}`): {each.what}", each.purpose, each.basis, each.seen_by, terms + stays)
    return f"| {' | '.join(cells)} |"


def test_the_record_is_what_the_registries_say():
    if os.environ.get("KINI_TABLES") == "write":
        RECORD.write_text(written(), "utf-8")
    assert RECORD.read_text("utf-8") == written()
