"""References of cases: short, easy to say on the phone, and wrong ones are noticed. Codes of papers: not to be guessed.

Eight characters of Crockford's base 32 (no I, L, O, U), the last one a check character after ISO 7064's hybrid
scheme (MOD 33,32), which finds every single wrong character and nearly every swap of two neighbours.
"""

import secrets
from collections.abc import Callable

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

from kini.core.registry import Registry

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: How many references there are.
NUMBERS = len(ALPHABET) ** 7
#: Who else gives out codes of papers: where the paper of a code is checked; empty when it is none of theirs.
codes: Registry[Callable[[str], str]] = Registry("giver of codes")
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


def new(prefix: str) -> str:
    """A new reference: `new("KINI")` -> "KINI-7F3K-9Q2M"."""
    return numbered(prefix, secrets.randbelow(NUMBERS))


def numbered(prefix: str, number: int) -> str:
    """The reference of a number below NUMBERS; other numbers have other references."""
    body = "".join(ALPHABET[number >> shift & 31] for shift in range(30, -1, -5))
    return written(prefix, body + mod_37_36.calc_check_digit(body, alphabet=ALPHABET))


def written(prefix: str, code: str) -> str:
    return f"{prefix}-{code[:4]}-{code[4:]}"


def read(prefix: str, typed: str) -> str | None:
    """The reference that somebody typed or said, or None when it cannot be one.

    Case, spaces and dashes do not matter, the prefix may be missing, and look-alikes (O and 0, I and 1) are one.
    """
    compact = "".join(c for c in typed.upper() if c.isalnum())
    code = compact.removeprefix(prefix.upper()) if len(compact) > 8 else compact
    code = code.translate(_ALIKE)
    try:
        mod_37_36.validate(code, alphabet=ALPHABET)
    except ValidationError:
        return None
    return written(prefix, code) if len(code) == 8 else None


#: Drawn characters of a code; each is worth five bits, so that nobody finds one by trying.
CODE_DRAWN = 19
GROUP = 4


def new_code() -> str:
    """A new code of 95 random bits and a check character, in groups: "7F3K-9Q2M-V0XA-4TBE-8HJ5"."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(CODE_DRAWN))
    return grouped(body + mod_37_36.calc_check_digit(body, alphabet=ALPHABET))


def read_code(typed: str) -> str | None:
    """The code that somebody typed, however it was grouped, or None when it cannot be one."""
    code = "".join(c for c in typed.upper() if c.isalnum()).translate(_ALIKE)
    try:
        mod_37_36.validate(code, alphabet=ALPHABET)
    except ValidationError:
        return None
    return grouped(code) if len(code) == CODE_DRAWN + 1 else None


def grouped(code: str) -> str:
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))
