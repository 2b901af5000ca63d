"""Check of the pack's letter templates: each is typeset with made-up data."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from kini.core.config_files import ConfigError
from kini.documents import typesetting
from kini.documents.rules import ContentRow, DocumentContent

SAID = DocumentContent(
    title="Letter",
    service="Service",
    agency="Agency",
    unit="Unit",
    decider="Head of office",
    city="City",
    dated="1 January 2026",
    until="1 January 2027",
    rows=(ContentRow("name", "Name", "Somebody"),),
)
CODE = "7F3K-9Q2M-V0XA-4TBE-8HJ5"
#: Further labels of a receipt template.
RECEIPT_LABELS = {"next": "What happens next", "follow": "Follow it", "warning": "Nobody asks for money."}
#: Files that are included by templates.
SHARED = frozenset({"layout"})
_PLACE = re.compile(r"(\w[\w-]*\.typ):(\d+):\d+")


def check_templates(root: Path) -> Iterator[ConfigError]:
    """Errors of templates that cannot be typeset, at the typesetter's line."""
    for path in sorted((root / typesetting.FOLDER).glob("*.typ")):
        if path.stem in SHARED:
            continue
        with translation.override("en"):
            data = typesetting.document_data(SAID, typesetting.DEFAULT_COLOUR, "en", "CITY-7F3K-9Q2M/1", CODE)
            data |= {"steps": ["A step"], "labels": data["labels"] | RECEIPT_LABELS}
        try:
            typesetting.render_pdf(root, path.stem, data, datetime.now(UTC))
        except typesetting.TypesettingError as error:
            yield _fault(path.name, str(error))


def _fault(template: str, diagnostic: str) -> ConfigError:
    first = diagnostic.strip().splitlines()[0] if diagnostic.strip() else "it cannot be set"
    place = _PLACE.search(diagnostic)
    named = place.group(1) if place else template
    name = template if named == typesetting.MAIN else named
    line = int(place.group(2)) if place else 0
    file = f"{typesetting.FOLDER}/{name}"
    return ConfigError(
        file, line, "", first.removeprefix("error: "), _("Correct the template; docs/service-authors.md has one.")
    )
