"""Masking of stored values: operators see what the program wrote, never what a person wrote."""

import re
from typing import Any

MASK = "•••"
#: Names in the code, ids of the pack, case references, timestamps. Eight digits in a row may be a personal number.
PLAIN = re.compile(
    r"(?!.*\d{8})([a-z0-9][a-z0-9_:/-]*(\.\w+)*|[A-Z]{2,}(-[A-Z0-9]+)+|\d{4}-\d\d-\d\d[T ]?[0-9:.+Z]*|)", re.ASCII
)


def mask_texts(value: Any) -> Any:
    """Mask every text in a JSON value that a person may have written."""
    match value:
        case dict():
            return {key: mask_texts(each) for key, each in value.items()}
        case list():
            return [mask_texts(each) for each in value]
        case str():
            return value if PLAIN.fullmatch(value) else MASK
        case int() if not isinstance(value, bool) and abs(value) >= 10**10:
            return MASK
    return value
