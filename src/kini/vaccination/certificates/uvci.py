"""Unique certificate identifiers (UVCI) with a check character. Pure.

Source: eHealth Network, Guidelines on proof of vaccination, annex 2: option 3, opaque; LUHN mod N over A-Z 0-9 / and :.
"""

import secrets

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"
_OPAQUE = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 24


def new_identifier(country: str) -> str:
    """A random identifier, which says nothing about the person."""
    opaque = "".join(secrets.choice(_OPAQUE) for _each in range(LENGTH))
    text = f"URN:UVCI:01:{country}:{opaque}"
    return f"{text}#{check_character(text)}"


def check_character(text: str) -> str:
    """Check character of an identifier without its "#"."""
    size, total, factor = len(ALPHABET), 0, 2
    for letter in reversed(text):
        quotient, rest = divmod(factor * ALPHABET.index(letter), size)
        total += quotient + rest
        factor = 3 - factor
    return ALPHABET[-total % size]
