"""Invisible and direction-changing characters, which names and answers may not contain. Pure.

Sources: Unicode 17, chapter 23 (format characters); Unicode Technical Report 36, section 3 (visual spoofing).
"""

import unicodedata

#: Marks that change the direction of text; in a name they only deceive.
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Blank letters: Hangul fillers, the empty braille cell.
FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
#: Zero-width joiner and non-joiner: needed in several scripts and in emoji, deceptive between Latin letters.
JOINERS = frozenset("\u200c\u200d")
_ZERO_WIDTH = frozenset("\u00ad\u034f\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\ufffd")
_REFUSED = BIDI_CONTROLS | FILLERS | _ZERO_WIDTH


def has_invisible(text: str) -> bool:
    """True if a text has control characters, bidirectional or zero-width marks, fillers, or surrogates.

    Line breaks and tabs are allowed, joiners only between characters that are neither Latin letters nor spaces.
    """
    return any(_is_invisible(text, at) for at in range(len(text)))


def _is_invisible(text: str, at: int) -> bool:
    character = text[at]
    if character in JOINERS:
        return not (_takes_joiner(text[at - 1 : at]) and _takes_joiner(text[at + 1 : at + 2]))
    control = unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"
    return control or character in _REFUSED


def _takes_joiner(neighbour: str) -> bool:
    return bool(neighbour) and ord(neighbour) > 0x02FF and not neighbour.isspace() and neighbour not in _REFUSED
