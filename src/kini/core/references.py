"""References of cases (short, checked, easy to dictate) and codes of documents (not guessable).

A reference has eight characters of Crockford's base 32 (no I, L, O, U). The last one is a check character by ISO 7064's
hybrid scheme (MOD 33,32), which detects every single error and nearly every swap of neighbours.
"""

import secrets
from collections.abc import Callable

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

from kini.core.registry import Registry

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Number of possible references.
NUMBERS = len(ALPHABET) ** 7
#: Functions `code -> URL` of rooms that issue document codes; empty text for codes of others.
document_code_checkers: Registry[Callable[[str], str]] = Registry("giver of codes")
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


def generate(prefix: str) -> str:
    """Generate a random reference such as "KINI-7F3K-9Q2M"."""
    return from_number(prefix, secrets.randbelow(NUMBERS))


def from_number(prefix: str, number: int) -> str:
    """Convert a number below NUMBERS to its reference; the mapping is one to one."""
    body = "".join(ALPHABET[number >> shift & 31] for shift in range(30, -1, -5))
    return format_reference(prefix, body + mod_37_36.calc_check_digit(body, alphabet=ALPHABET))


def format_reference(prefix: str, code: str) -> str:
    return f"{prefix}-{code[:4]}-{code[4:]}"


def parse(prefix: str, typed: str) -> str | None:
    """Parse a typed reference; None when it is invalid.

    Case, spaces and dashes do not matter, the prefix may be missing, and look-alikes (O and 0, I and 1) are equal.
    """
    compact = "".join(c for c in typed.upper() if c.isalnum())
    code = compact.removeprefix(prefix.upper()) if len(compact) > 8 else compact
    code = code.translate(_ALIKE)
    try:
        mod_37_36.validate(code, alphabet=ALPHABET)
    except ValidationError:
        return None
    return format_reference(prefix, code) if len(code) == 8 else None


#: Random characters of a code, five bits each: too many to guess.
CODE_RANDOM_LENGTH = 19
GROUP = 4


def generate_code() -> str:
    """Generate a code of 95 random bits and a check character: "7F3K-9Q2M-V0XA-4TBE-8HJ5"."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(CODE_RANDOM_LENGTH))
    return group_code(body + mod_37_36.calc_check_digit(body, alphabet=ALPHABET))


def parse_code(typed: str) -> str | None:
    """Parse a typed code, however it is grouped; None when it is invalid."""
    code = "".join(c for c in typed.upper() if c.isalnum()).translate(_ALIKE)
    try:
        mod_37_36.validate(code, alphabet=ALPHABET)
    except ValidationError:
        return None
    return group_code(code) if len(code) == CODE_RANDOM_LENGTH + 1 else None


def group_code(code: str) -> str:
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))
