"""Catalogue and start pages for anonymous visitors."""

import gzip
import re

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from kini.services.builtin_services import builtin_categories
from kini.services.catalogue import current
from kini.services.models import Service
from kini.services.queries import cards_by_ids, catalogue_sections, popular_cards
from kini.services.snapshots import snapshot_of
from tests.services.jakarta_pack import InJakarta, bump_audit

MOST_BYTES = 14_000


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


class TestPages(InJakarta):
    def read(self, address: str, language: str = "en") -> str:
        self.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        with translation.override(language):  # as the pages read names and sort them
            response = self.client.get(address)
        assert response.status_code == 200, address
        assert len(gzip.compress(response.content)) <= MOST_BYTES, address
        return response.content.decode()

    def start(self, service: str, language: str = "en") -> str:
        return self.read(reverse("services:service", args=[service]), language)

    def change(self, service: str, number: int = 0, **definition: object) -> str:
        """Start page of a service with a changed definition."""
        row = Service.objects.select_related("current").get(pk=service)
        content = {**row.current.content, "definition": {**row.current.content["definition"], **definition}}
        row.current = row.versions.create(number=90 + number, digest=f"changed-{number}", content=content)
        row.save()
        bump_audit()
        return text_of(self.start(service))

    def test_every_start_page_in_both_languages(self) -> None:
        services = Service.objects.filter(active=True).select_related("current")
        assert len(services) == 88  # 84 of the pack, 4 of the house
        for service in services:
            for language in ("id", "en"):
                with self.subTest(service.pk, language=language):
                    html = self.start(service.pk, language)
                    definition = snapshot_of(service.current).definition
                    for text in (definition.name, definition.summary, definition.for_, definition.gives.name):
                        assert escape(text.in_language(language)) in html
                    for channel in snapshot_of(service.current).channels.values():
                        assert escape(channel.name.in_language(language)) in html

    def test_a_law_that_nobody_confirmed_says_so_and_sources_are_links(self) -> None:
        laws = ["Act 1", {"text": "Act 2", "confidence": "low"}]
        page = self.change("birth-certificate", law=laws, sources=["https://www.city.example/a/b?c=d", "An office"])
        assert "Legal basis: Act 1, Act 2 (not yet confirmed)" in page
        html = self.start("birth-certificate")
        assert '<a href="https://www.city.example/a/b?c=d" rel="noopener noreferrer">city.example</a>' in html
        assert re.search(r"<li>\s*An office\s*</li>", html)

    def test_a_start_page_says_everything_one_wants_to_know(self) -> None:
        page = text_of(self.start("birth-certificate"))
        for text in (
            "Cost Free",
            "Time Within 1 working day",
            "For Parents or family heads",
            "You get Birth certificate, new family card",
            "What to have ready",
            "Birth letter from a doctor",
            "You can make a statement instead:",
            "Other ways",
            "Civil-registration counter in any kelurahan",
            "After you have sent it",
            "An officer compares your data",
            "Head of office",
            "Legal basis: UU 23/2006",
            "m.beritajakarta.id",
        ):
            assert text in page, text

    def test_the_way_in_is_there_only_when_the_kind_is(self) -> None:
        assert reverse("cases:start", args=["emergency-ambulance"]) in self.start("emergency-ambulance")
        assert f'action="{reverse("cases:start", args=["birth-certificate"])}"' in self.start("birth-certificate")
        Service.objects.filter(pk="park-visit-booking").update(kind="planned")
        bump_audit()
        planned = self.start("park-visit-booking")
        assert "Not available here yet" in planned
        assert "How to get it" in planned
        assert "/start/" not in planned

    def test_what_is_not_certain_is_never_a_fact(self) -> None:
        page = self.change("birth-certificate", target={"working_days": 3, "confidence": "low"}, confidence="low")
        assert "Time Not yet confirmed as far as we know: 3 working days" in page
        assert "has not confirmed the details" in page
        assert "Within 3" not in page

    def test_costs_in_words(self) -> None:
        for number, (fee, text) in enumerate(
            (
                ({"amount": 50_000, "confidence": "high"}, "Cost Rp50,000"),
                ({"amount": 50_000, "confidence": "low"}, "Cost Not yet confirmed as far as we know: Rp50,000"),
                ({"confidence": "medium", "note": "By weight."}, "Cost Depends, see below"),
                ({"confidence": "low", "note": "By weight."}, "Cost Not yet confirmed"),
            )
        ):
            with self.subTest(text):
                page = self.change("family-card", number, fee=fee)
                assert text in page
                assert ("By weight." in page) == ("note" in fee)

    def test_sensitive_services_have_a_quick_way_out(self) -> None:
        assert "data-quick-exit" in self.start("women-child-protection") or "quick-exit" in self.start(
            "women-child-protection"
        )
        assert "quick-exit" not in self.start("birth-certificate")

    def test_the_catalogue_shows_everything(self) -> None:
        html = self.read(reverse("services:catalogue"))
        for shelf in catalogue_sections():
            assert escape(shelf.category.name.in_language("en")) in html
        for service in Service.objects.filter(active=True).exclude(category__in=builtin_categories()):
            assert reverse("services:service", args=[service.pk]) in html

    def test_categories_and_life_events(self) -> None:
        assert "birth-certificate" in self.read(reverse("services:category", args=["civil-registration"]))
        born = self.read(reverse("services:event", args=["child-born"]))
        assert "birth-certificate" in born
        assert "property-tax" not in born
        assert "Anak lahir" in self.read(reverse("services:event", args=["child-born"]), "id")

    def test_a_life_event_says_what_to_do_first_and_keeps_the_order_of_need(self) -> None:
        events = current().events
        for event in ("child-born", "someone-died", "moving-house", "starting-a-business", "losing-a-job"):
            assert event in events
        for event, text in events.items():
            for language in ("id", "en"):
                with self.subTest(event, language=language):
                    html = self.read(reverse("services:event", args=[event]), language)
                    assert text.about is None or escape(text.about.in_language(language)) in html
                    places = [html.index(f"/services/{name}/") for name in text.order]
                    assert places == sorted(places)

    def test_what_to_bring_and_a_service_of_former_days(self) -> None:
        page = self.change("family-card", bring=["The old card"], past="Of the year 2021.")
        assert "What to bring The old card" in page
        assert "No longer offered Of the year 2021." in page

    def test_what_is_not_there(self) -> None:
        for address in ("/services/nothing/", "/services/category/nothing/", "/services/event/nothing/"):
            assert self.client.get(address).status_code == 404
        Service.objects.filter(pk="birth-certificate").update(active=False)
        bump_audit()
        assert self.client.get("/services/birth-certificate/").status_code == 404
        assert "birth-certificate" not in self.read("/services/")

    def test_searching(self) -> None:
        address = reverse("services:search")
        assert "electronic-id-card" in self.read(f"{address}?q=lost+my+id+card")
        nothing = self.read(f"{address}?q=qwxzqj")
        assert "No service matches “qwxzqj”" in nothing
        assert reverse("services:category", args=["health"]) in nothing
        assert reverse("services:category", args=["health"]) in self.read(address)

    def test_searching_for_anything_at_all(self) -> None:
        for typed in ("%01", "%FF%FE", "%3Cscript%3Ealert(1)%3C/script%3E", "a%0Ab", "x" * 3000, "%E2%80%AE"):
            with self.subTest(typed[:30]):
                html = self.read(f"{reverse('services:search')}?q={typed}")
                assert "<script>alert" not in html

    def test_few_queries(self) -> None:
        for address, most in (
            ("/services/", 1),
            ("/services/category/health/", 1),
            ("/services/event/child-born/", 1),
            ("/services/search/?q=ktp", 1),
            ("/services/property-tax/", 1),
            ("/services/birth-certificate/", 2),
            ("/services/emergency-ambulance/", 2),
        ):
            with self.subTest(address):
                self.client.get(address)
                cache.clear()
                with CaptureQueriesContext(connection) as queries:
                    self.client.get(address)
                assert len(queries) <= most, [query["sql"][:120] for query in queries]

    def test_the_home_page_leads_to_services(self) -> None:
        html = self.read("/")
        for service in ("general-complaint", "electronic-id-card"):
            assert reverse("services:service", args=[service]) in html
        assert reverse("services:category", args=["health"]) in html
        assert reverse("services:event", args=["child-born"]) in html
        assert f'action="{reverse("services:search")}"' in html
        assert "84 services of the city in one place" in html
        assert html.count(f'href="{reverse("services:service", args=["health-centre-queue"])}"') == 1, "twice"

    def test_lists_keep_the_order_of_the_catalogue_and_leave_out_what_is_gone(self) -> None:
        assert [card.id for card in cards_by_ids(["family-card", "gone", "birth-certificate"])] == [
            "family-card",
            "birth-certificate",
        ]
        assert popular_cards()[0].id == "general-complaint"
