"""Masking of what identifies somebody in a text: phone and identity numbers, number plates, addresses of mail."""

import re
from functools import cache

#: What stands in place of a masked part; the same in every language.
MASK = "•••"
#: Seven digits or more, also in groups: telephone, identity and card numbers. Times, house numbers and dates are
#: shorter or have other separators.
_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ .-]?\d){6,}(?!\w)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@cache
def _plates(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


def mask_text(text: str, plates: str = "") -> str:
    """Replace numbers, plates and addresses of mail by MASK. Masking a masked text changes nothing.

    Args:
        plates: regular expression of the country's number plates (`number_plates` in city.toml); empty: none.
    """
    text = _NUMBER.sub(MASK, _MAIL.sub(MASK, text))
    return _plates(plates).sub(MASK, text) if plates else text
