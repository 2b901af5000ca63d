"""Masking of public texts: what identifies somebody goes, dates and house numbers stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.reports.masking import MASK, mask_text

PLATES = r"[A-Z]{1,2} ?\d{1,4} ?[A-Z]{1,3}"


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("Hubungi 0812-3456-7890 ya", f"Hubungi {MASK} ya"),
        ("Call +62 812 3456 7890.", f"Call {MASK}."),
        ("NIK 3171014407900004, tolong", f"NIK {MASK}, tolong"),
        ("Mobil B 1234 XYZ parkir", f"Mobil {MASK} parkir"),
        ("mobil b1234xyz parkir", f"mobil {MASK} parkir"),
        ("Surel warga.contoh@mail.example.org!", f"Surel {MASK}!"),
        ("Sejak 1 Desember 2026 pukul 19.30, No. 12 RT 003/04", "Sejak 1 Desember 2026 pukul 19.30, No. 12 RT 003/04"),
        ("Lubang 3 x 2 meter di Jl. Kebon 8", "Lubang 3 x 2 meter di Jl. Kebon 8"),
    ],
)
def test_masks_what_identifies_somebody_and_nothing_else(text: str, public: str):
    assert mask_text(text, PLATES) == public


@given(st.text(), st.integers(0, 99_999_999), st.text())
def test_no_mobile_number_survives_and_masking_twice_changes_nothing(before: str, number: int, after: str):
    public = mask_text(f"{before} 0812{number:08d} {after}", PLATES)
    assert f"0812{number:08d}" not in public
    assert mask_text(public, PLATES) == public
