"""Comparison of personal names, with the spellings, titles and short forms that are usual in Indonesia.

Names have no family part, may be one word, are written in any order, shortened to initials, and spelled by the rules of
1901, 1947 or 1972 (Djoko, Joko; Soeharto, Suharto; Tjahjo, Cahyo). Titles and degrees are written as if part of them.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

#: Titles, degrees and forms of address without points, of Indonesia and of English.
TITLES = frozenset(
    """
    h hj haji hajah hajjah kh ust ustad ustadz ustadzah ir drs dra dr drg prof mr mrs ms miss tn ny nn sdr sdri bpk
    bapak ibu alm almh rd rr raden sh se st sp sip skom spd spdi sag sos ssos skm sked skep ns ssi sst amd amdkeb mh mm
    mt mpd msi msc mkes mkom mba phd spog spa sppd
    """.split()  # noqa: SIM905
)
#: Words between a name and the father's, or before another name of the same person.
PARTICLES = frozenset({"bin", "binti", "binte", "alias", "als"})
#: Short forms and spellings of names that are seldom written out.
SHORT_FORMS = {
    short: name
    for name, forms in {
        "muhammad": "m md mh moh mohd moch muh muhd mochamad mochammad muchamad muchammad mohamad mohammad mohammed "
        "muhamad muhamed muhammed mohamed",
        "siti": "st sitti sity sittie",
        "ahmad": "ach achmad akhmad ahmed",
        "abdul": "abd abdoel",
        "nur": "nurr noor nor",
    }.items()
    for short in forms.split()
}
#: Words that so many people share that they say little, in one spelling.
COMMON = frozenset(["muhamad", "siti", "ahmad", "abdul", "nur", "sri", "dewi"])
#: Older and foreign spellings, in order. The j of before 1972 is today's y, and its dj is today's j: both become i.
SPELLINGS = (
    *(("oe", "u"), ("tj", "c"), ("dj", "j"), ("sj", "sy"), ("nj", "ny"), ("ch", "kh"), ("ph", "f"), ("th", "t")),
    *(
        ("dh", "d"),
        ("bh", "b"),
        ("sh", "sy"),
        ("kh", "h"),
        ("q", "k"),
        ("x", "ks"),
        ("v", "f"),
        ("ie", "i"),
        ("ee", "i"),
    ),
    *(("aa", "a"), ("uu", "u"), ("ii", "i"), ("z", "s"), ("sy", "s"), ("y", "i"), ("j", "i")),
)
WORD = re.compile(r"[a-z]+")
#: Least similarity of two words that may be one name with a slip.
SLIP = 0.86
#: Similarity of an initial and a name that begins with it.
INITIAL = 0.8
#: Weights of a word that many share, and factor for each word that only one of two names has.
COMMON_WEIGHT, EXTRA_WORD = 0.4, 0.93


@dataclass(frozen=True, slots=True)
class NameWords:
    """Words of a name: as written, in lower case without titles, and in one spelling (`forms`)."""

    written: tuple[str, ...]
    forms: tuple[str, ...]


@lru_cache(maxsize=4096)
def name_words(name: str) -> NameWords:
    """Split a name into words without titles, particles and accents.

    >>> name_words("Drs. H. Moh. Soeharto, M.Si.").forms
    ('muhamad', 'suharto')
    >>> name_words("ST. AISJAH binti Djamal").forms
    ('siti', 'aisa', 'iamal')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[’'`]", "", plain)
    first, *suffixes = plain.split(",")
    words = _words(first)
    # "Budi Santoso, S.H." ends with a degree; "SANTOSO, BUDI" does not.
    for suffix in suffixes:
        words += [word for word in _words(re.sub(r"\.\s*", "", suffix)) if word not in TITLES]
    own = [word for at, word in enumerate(words) if not _is_title(words, at) and word not in PARTICLES] or words
    written = tuple(SHORT_FORMS.get(word, word) if at == 0 or len(word) > 1 else word for at, word in enumerate(own))
    return NameWords(written, tuple(one_spelling(word) for word in written))


def _words(text: str) -> list[str]:
    return WORD.findall(text)


def _is_title(words: list[str], at: int) -> bool:
    """True for a title before the name, or a degree after it. "St" before a name is Siti, a degree only at the end."""
    word = words[at]
    if word not in TITLES or (word == "st" and at < len(words) - 1):
        return False
    return all(each in TITLES for each in words[:at]) or all(each in TITLES for each in words[at:])


def one_spelling(word: str) -> str:
    """Rewrite a word in one spelling: of today, without double letters and a silent h.

    >>> one_spelling("djoenaedi"), one_spelling("junaidi"), one_spelling("aisyah"), one_spelling("rizky")
    ('iunaidi', 'iunaidi', 'aisa', 'riski')
    """
    for old, new in SPELLINGS:
        word = word.replace(old, new)
    word = re.sub(r"(.)\1+", r"\1", word).replace("ae", "ai")
    return word[:-1] if len(word) > 3 and word.endswith("h") else word


def name_code(form: str) -> str:
    """Reduce a word in one spelling to its first letter and consonants, for keys by which candidates are found.

    >>> name_code("riski"), name_code("suharto"), name_code("ai")
    ('rsk', 'srt', 'a')
    """
    return form[:1] + re.sub("[aeiouwh]", "", form[1:])


def name_similarity(one: str, other: str) -> float:
    """Compute the similarity of two names, from 0 to 1, in any order of their words; 0 if one is empty."""
    first, second = name_words(one).forms, name_words(other).forms
    if not first or not second:
        return 0.0
    return max(_by_words(first, second), _as_one_word(first, second))


def same_words(one: str, other: str) -> bool:
    """True for names of equal words as written, in any order."""
    return sorted(name_words(one).written) == sorted(name_words(other).written) != []


def _by_words(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    short, long = sorted((first, second), key=len)
    left, total, weights = list(long), 0.0, 0.0
    for word in sorted(short, key=len, reverse=True):
        weight = COMMON_WEIGHT if word in COMMON else 1.0
        best = max(left, key=lambda each: _word_similarity(word, each))
        if similarity := _word_similarity(word, best):
            left.remove(best)
        total, weights = total + weight * similarity, weights + weight
    if all(word in COMMON for word in short) and len(short) < len(long):
        total *= 0.6  # "Siti" alone is nearly no evidence of "Siti Aminah"
    return total / weights * EXTRA_WORD ** len(left)


def _as_one_word(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """Similarity of "Nur Hayati" and "Nurhayati"; names of as many words are compared word by word."""
    if len(first) == len(second):
        return 0.0
    similarity = JaroWinkler.similarity("".join(first), "".join(second))
    return similarity if similarity > 0.95 else 0.0


def _word_similarity(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if 1 in (len(one), len(other)):
        return INITIAL if one[0] == other[0] else 0.0
    similarity = JaroWinkler.similarity(one, other)
    return similarity if similarity >= SLIP else 0.0
