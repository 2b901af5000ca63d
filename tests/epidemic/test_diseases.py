"""Diseases of the pack: their files, errors, and the classification that follows from them."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from kini.core.dated_rules import NoRuleInForce
from kini.epidemic.diseases.classification import RecordFacts, classify
from kini.epidemic.diseases.disease_files import check_diseases, disease_of, diseases

DAY = date(2021, 7, 12)


def test_the_pack_has_three_diseases_without_errors() -> None:
    assert list(check_diseases(Path(settings.CITY_PATH))) == []
    assert set(diseases()) == {"covid-19", "dengue", "measles"}


@pytest.mark.parametrize(
    ("disease", "facts", "expected"),
    [
        ("covid-19", RecordFacts(tests=["pcr-positive"]), "confirmed"),
        ("covid-19", RecordFacts(symptoms=["fever", "cough"]), "suspected"),
        ("covid-19", RecordFacts(symptoms=["fever", "cough"], tests=["pcr-negative"]), "discarded"),
        ("covid-19", RecordFacts(symptoms=["cough"], exposures=["contact"], tests=["antigen-positive"]), "probable"),
        ("covid-19", RecordFacts(symptoms=["headache"]), None),
        ("dengue", RecordFacts(symptoms=["fever", "rash", "headache"]), "suspected"),
        ("dengue", RecordFacts(symptoms=["fever"], tests=["ns1-positive"]), "confirmed"),
        ("measles", RecordFacts(symptoms=["fever", "rash", "cough"], exposures=["contact"]), "probable"),
        ("measles", RecordFacts(symptoms=["fever", "rash", "cough"], tests=["igm-negative"]), "discarded"),
    ],
)
def test_the_classification_follows_from_the_facts(disease: str, facts: RecordFacts, expected: str | None) -> None:
    classified = classify(disease_of(disease), facts, DAY)
    assert (classified and classified.classification) == expected


def test_the_definition_of_the_day_decides() -> None:
    facts = RecordFacts(symptoms=["fever", "cough"])
    assert classify(disease_of("covid-19"), facts, date(2020, 4, 1)) is None
    assert classify(disease_of("covid-19"), facts, DAY) is not None
    with pytest.raises(NoRuleInForce, match="2020-03-02"):
        classify(disease_of("covid-19"), facts, date(2019, 12, 31))


def test_each_error_has_its_line(tmp_path: Path) -> None:
    source = (Path(settings.CITY_PATH) / "diseases" / "measles.yaml").read_text()
    for name in ("city.toml", "calendar.toml"):
        (tmp_path / name).write_bytes((Path(settings.CITY_PATH) / name).read_bytes())
    (tmp_path / "diseases").mkdir()
    broken = source.replace("of: [cough, runny-nose, red-eyes]", "of: [cough, pink-eyes]").replace(
        "tests: igm-negative", "tests: igg-negative"
    )
    (tmp_path / "diseases" / "measles.yaml").write_text(broken)
    errors = list(check_diseases(tmp_path))
    assert [error.line for error in errors] == [
        next(number for number, line in enumerate(broken.splitlines(), 1) if "pink-eyes" in line),
        next(number for number, line in enumerate(broken.splitlines(), 1) if "igg-negative" in line),
    ]
    assert "pink-eyes" in str(errors[0])
    assert "none of symptoms" in str(errors[0])
