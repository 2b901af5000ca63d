"""People's own words find the right service."""

from pathlib import Path

import yaml

from kini.services.search import search
from tests.services.jakarta import InJakarta

PHRASES = yaml.safe_load((Path(__file__).parent / "phrases.yaml").read_text("utf-8"))


class TestSearch(InJakarta):
    def test_x(self) -> None:
        first = three = 0
        for row in PHRASES if isinstance(PHRASES, list) else PHRASES.items():
            phrase, service = (row["say"], row["want"]) if isinstance(row, dict) else row
            found = [s.pk for s in search(phrase)]
            ok = found[:1] == [service]
            first += ok
            three += service in found[:3]
            if not ok:
                print(f"{phrase!r} wants {service}: {found[:4]}")
        print(first, three, len(PHRASES))
