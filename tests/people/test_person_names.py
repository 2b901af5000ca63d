"""Names of persons: spellings, titles, short forms; similarity of whole persons."""

import doctest
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.people.persons import name_matching, search_keys
from kini.people.persons.name_matching import name_similarity, name_words
from kini.people.persons.person_details import PersonDetails
from kini.people.persons.search_keys import key_texts
from kini.people.persons.similarity import compare

BORN = date(1970, 3, 12)
SAME = [
    ("Soeharto", "Suharto"),
    ("Djoko Tjahjono", "Joko Cahyono"),
    ("H. Moh. Jusuf", "Muhammad Jusuf"),
    ("M. Rizky", "Muhammad Rizki"),
    ("Mochammad Ridwan", "Moh. Ridwan"),
    ("Sitti Aisjah", "Siti Aisyah"),
    ("ST. NURHALIZA", "Siti Nurhaliza"),
    ("Drs. H. Budi Santoso, M.Si.", "Budi Santoso"),
    ("Budi Santoso, S.H., M.H.", "Ir. Budi Santoso"),
    ("SANTOSO, BUDI", "Budi Santoso"),
    ("Hj. Dewi Koesoema", "Dewi Kusuma"),
    ("Achmad bin Soedirman", "Ahmad Sudirman"),
    ("Nur Hayati", "Nurhayati"),
    ("Abdul Rahman", "Abdulrahman"),
    ("Fathimah", "Fatimah"),
    ("Zainal Arifin", "Zaenal Arifin"),
    ("Rahmat Hidajat", "Rahmat Hidayat"),
    ("Agus S. Wibowo", "Agus Setiawan Wibowo"),
    ("Wahju Prasetyo", "Prasetyo Wahyu"),
    ("Junaidi", "Djoenaedi"),
    ("José Álvaro", "Jose Alvaro"),
]
DIFFERENT = [
    ("Siti Aminah", "Siti Rahayu"),
    ("Muhammad Rizki", "Muhammad Fajar"),
    ("Budi Santoso", "Budi Hartono"),
    ("Sri Wahyuni", "Sri Mulyani"),
    ("Agus", "Bagas Permana"),
    ("Dewi", "Siti Dewi Lestari"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_written_differently_are_similar_and_share_a_key(one: str, other: str) -> None:
    assert name_similarity(one, other) >= 0.85
    keys = [set(key_texts(PersonDetails(name, BORN))) for name in (one, other)]
    assert keys[0] & keys[1]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_of_others_are_not(one: str, other: str) -> None:
    assert name_similarity(one, other) < 0.75


def test_a_title_that_is_the_whole_name_stays() -> None:
    assert name_words("Raden").written == ("raden",)
    assert name_words("H.").written == ("h",)
    assert name_words("St. Maryam, S.T.").written == ("siti", "maryam")


@pytest.mark.parametrize("module", [name_matching, search_keys])
def test_examples_in_the_documentation_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_a_name(one: str, other: str) -> None:
    assert 0 <= name_similarity(one, other) <= 1
    assert name_similarity(one, other) == pytest.approx(name_similarity(other, one))
    assert name_similarity(one, one) == (1 if name_words(one).forms else 0)


SITI = PersonDetails("Siti Nurhayati", date(1990, 5, 12), "day", "female", "+6281200000001")


@pytest.mark.parametrize(
    ("other", "least", "reason"),
    [
        (PersonDetails("ST. NUR HAJATI", date(1990, 5, 12)), 0.85, "Same birth date"),
        (PersonDetails("Siti Nurhayati", date(1990, 12, 5)), 0.85, "Day and month of birth are swapped"),
        (PersonDetails("Siti Nurhayati", date(1990, 5, 21)), 0.8, "Birth dates differ in one part"),
        (PersonDetails("Siti Nurhayati", date(1990, 1, 1), "year"), 0.8, "Same birth year"),
        (PersonDetails("Siti Nurhayati", date(1990, 5, 1), "month"), 0.85, "Same birth month"),
        (PersonDetails("Siti Nurhayati", phone="+6281200000001"), 0.8, "Same phone number"),
        (PersonDetails("Nurhayati", date(1990, 5, 12), phone="+6281200000001"), 0.9, "Similar names"),
    ],
)
def test_the_score_has_reasons(other: PersonDetails, least: float, reason: str) -> None:
    similarity = compare(SITI, other)
    assert similarity.score >= least
    assert reason in similarity.reasons
    assert compare(other, SITI) == similarity


@pytest.mark.parametrize(
    "other",
    [
        PersonDetails("Siti Nurhayati", date(1961, 2, 28)),
        PersonDetails("Siti Aminah", date(1990, 5, 12)),
        PersonDetails("Bayu Permana", phone="+6281200000001"),
        PersonDetails("Siti Nurhayati", date(1961, 2, 28), "day", "male"),
    ],
)
def test_others_stay_below(other: PersonDetails) -> None:
    assert compare(SITI, other).score < 0.65


def test_a_shared_number_with_another_name_is_said_to_be_one() -> None:
    same = compare(SITI, PersonDetails("Siti Nurhayati"), ("National number",))
    other = compare(SITI, PersonDetails("Bayu Permana", date(1961, 2, 28)), ("National number",))
    assert same.score > 0.9 > other.score
    assert other.reasons[:2] == ("Same number: National number", "Different names")
