"""Search finds the right service by everyday words."""

from pathlib import Path

import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kini.core.localized_text import words_in
from kini.services.catalogue import Catalogue
from kini.services.models import Service
from kini.services.search import search, terms_of
from tests.services.jakarta_pack import InJakarta, bump_audit

PHRASES = yaml.safe_load((Path(__file__).parent / "phrases.yaml").read_text("utf-8"))


def found(typed: str) -> list[str]:
    return [service.pk for service in search(typed)]


class TestSearch(InJakarta):
    def test_everyday_phrases_find_the_right_service(self) -> None:
        assert len(PHRASES) == 60
        ranks = {phrase["say"]: (phrase["want"], found(phrase["say"])[:3]) for phrase in PHRASES}
        lost = {say: rank for say, rank in ranks.items() if rank[0] not in rank[1]}
        assert lost == {}
        second = {say: rank for say, rank in ranks.items() if rank[1][0] != rank[0]}
        assert len(ranks) - len(second) >= 54, second

    def test_different_words_for_one_thing(self) -> None:
        for typed in ("ktp", "e-ktp", "KTP-el", "kartu tanda penduduk", "identity card", "ktp anda hilang?"):
            with self.subTest(typed):
                assert "electronic-id-card" in found(typed)[:2]

    def test_typing_errors(self) -> None:
        for typed, service in (
            ("akta kelahirn", "birth-certificate"),
            ("kartu kelurga", "family-card"),
            ("ambulanse", "emergency-ambulance"),
            ("perpustakan", "library-visit-booking"),
            ("marrige certificate", "marriage-certificate"),
        ):
            with self.subTest(typed):
                assert service in found(typed)[:3] or not Service.objects.filter(pk=service).exists()

    def test_names_count_more_than_words_around(self) -> None:
        for service in Service.objects.filter(active=True).select_related("current"):
            for name in service.current.content["definition"]["name"].values():
                with self.subTest(service.pk, name=name):
                    assert service.pk in found(name)[:3]

    def test_it_is_one_query_and_takes_any_text(self) -> None:
        search("surat")  # the process knows now how services stand
        with CaptureQueriesContext(
            connection,
        ) as queries:
            search("jalan rusak di depan rumah")
            search("Jalan rusak, di depan rumah!")
        assert len(queries) == 1, "the same words are remembered"
        for typed in ("", "   ", "!!!", "'; DROP TABLE x; --", "a & b | !c <-> d:*", "%_%", "x" * 5000, "ktp " * 500):
            with self.subTest(typed[:20]):
                search(typed)

    def test_nothing_that_fits_finds_nothing(self) -> None:
        assert found("qwxzqj") == []

    def test_withdrawn_services_are_not_found(self) -> None:
        Service.objects.filter(pk="electronic-id-card").update(active=False)
        bump_audit()
        assert "electronic-id-card" not in found("ktp")

    def test_the_best_come_first_and_no_more_than_asked_for(self) -> None:
        assert len(search("surat", limit=3)) == 3


WORDS = Catalogue(categories={}, synonyms=[["ktp", "kartu tanda penduduk"], ["hilang", "lost"], ["hilang", "missing"]])


def test_words_of_a_text():
    assert words_in("  E-KTP hilang!  (Pak RT's)") == ["e-ktp", "hilang", "pak", "rt's"]


def test_known_phrases_are_taken_together_with_what_means_the_same():
    terms = terms_of("kartu tanda penduduk saya hilang", WORDS)
    assert [(term.typed, term.others) for term in terms] == [
        ("kartu tanda penduduk", ["ktp"]),
        ("saya", []),
        ("hilang", ["lost", "missing"]),
    ]
