"""References of cases: short, easy to say on the phone, and wrong ones are noticed.

Eight characters of Crockford's base 32 (no I, L, O, U), the last one a check character after ISO 7064's hybrid
scheme (MOD 33,32), which finds every single wrong character and nearly every swap of two neighbours.
"""

import secrets

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


def new(prefix: str) -> str:
    """A new reference: `new("KINI")` -> "KINI-7F3K-9Q2M"."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(7))
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
