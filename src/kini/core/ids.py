"""Primary keys in forms, URLs and commands."""

#: Any number of so many digits fits into a bigint.
MOST_DIGITS = 18


def parse_pk(text: str | None) -> int:
    """Parse a primary key; 0, which no row has, when the text is no number.

    >>> parse_pk("12"), parse_pk(""), parse_pk("-1"), parse_pk("9" * 5000)
    (12, 0, 0, 0)
    """
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 0
