"""Test of an information service: source and age of values, late sources, broken sources."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from kini.city.public import pack
from kini.city.queries import areas_by_level
from kini.core import current_time
from kini.core.actors import system
from kini.feeds.models import Stop
from kini.feeds.public import Feed, FileOrigin, ImportRefused, feed_config, importer
from kini.robot.accounts import RobotAccounts
from kini.robot.browser import Browser, CheckFailed, Form, Page
from kini.robot.service_play import ServiceResult
from kini.services.models import Service
from kini.services.public import services_on_other_pages

BY = system("robot")
LINES = '//ol[contains(@class, "figures-list")]/li'
AGES = f'{LINES}//p[@class="age"]'
OLD = '//span[@class="old"]'
#: Excludes flash messages (role="status"), since other threads use the same browser.
NOTICES = '//div[contains(@class, "notice") and not(@role)]'
FAR = {"lat": "0", "lon": "0"}


@dataclass(slots=True)
class InformationPlay:
    """Test of one information service with the pack's sample data: late, fresh and broken."""

    accounts: RobotAccounts
    service: Service
    result: ServiceResult = field(init=False)

    def __post_init__(self) -> None:
        self.result = ServiceResult(self.service.id, self.service.kind)

    @property
    def browser(self) -> Browser:
        return self.accounts.resident.browser

    def run(self) -> ServiceResult:
        """Run the test; a failure is stored in the result."""
        try:
            for name, feed in feed_config.feeds_of_service(self.service.pk).items():
                self.play_feed(name, feed)
            self.start_page()
        except (CheckFailed, ImportRefused) as fault:
            self.result.fault = str(fault)
        return self.result

    def start_page(self) -> None:
        """Check that the start page links to every feed or to the room that shows it, and cannot open a case."""
        page = self.browser.get(f"/services/{self.service.pk}/")
        if page.has_form(f"/services/{self.service.pk}/start/"):
            raise CheckFailed(f"{page.url} offers to open a case")
        names = feed_config.feeds_of_service(self.service.pk)
        if missing := [name for name in names if f"/figures/{name}/" not in page.links()]:
            raise CheckFailed(f"{page.url} does not lead to {missing[0]}")
        if not names:
            self.play_elsewhere(page)

    def play_elsewhere(self, page: Page) -> None:
        """Check that the page links to the room that shows the service."""
        known = {service for elsewhere in services_on_other_pages for service in elsewhere(pack.current().root)}
        links = page.tree.xpath('//main//a[contains(@class, "button")]/@href')
        if self.service.pk not in known or not links:
            raise CheckFailed(f"{self.service.pk} shows nothing")
        self.browser.get(str(links[0]))
        self.result.states += 1

    def play_feed(self, name: str, feed: Feed) -> None:
        """Check the feed when empty, late, fresh and broken, with filters, nearby search and downloads."""
        address = f"/figures/{name}/"
        if self.browser.get(address).has(LINES):
            raise CheckFailed(f"{address} shows figures before any were loaded")
        with current_time.freeze(current_time.now() - feed.fresh.length - timedelta(days=40)):
            self.bring(name)
        self.is_marked_old(address)
        self.bring(name)
        play = self.play_timetable if feed.source.format == "gtfs" else self.play_list
        play(name, feed, address)
        self.survives_a_broken_source(name, address)

    def bring(self, name: str) -> None:
        path = feed_config.sample_path(name)
        if path is None:
            raise CheckFailed(f"the pack has no samples of {name} ({feed_config.FOLDER}/{name}.csv) to play with")
        importer.import_file(
            by=BY, name=name, content=importer.read_sample(path), origin=FileOrigin(path.name, made_up=True)
        )

    def is_marked_old(self, address: str) -> None:
        page = self.browser.get(address)
        if not page.has(NOTICES) or not page.has(OLD):
            raise CheckFailed(f"{address} does not mark figures of a late source as old")
        self.result.states += 1

    def play_list(self, name: str, feed: Feed, address: str) -> None:
        page = self.fresh_page(address, feed)
        self.choose(page, address)
        if feed.where:
            self.look_near(page, address)
        self.download(name, feed)
        first = page.tree.xpath(f"{LINES}//h2/a/@href")[0]
        one = self.browser.get(str(first))
        if not one.has('//p[@class="age"]//time'):
            raise CheckFailed(f"{one.url} shows a figure without its age")
        for link in one.links():
            if link.endswith("history.csv"):
                self.browser.download(link)
        self.result.edges += 1

    def fresh_page(self, address: str, feed: Feed) -> Page:
        """Check that every line shows its source and time, and none is marked as old."""
        page = self.browser.get(address)
        lines, ages = page.text(LINES), page.text(AGES)
        if not lines or len(lines) != len(ages):
            raise CheckFailed(f"{address} shows {len(lines)} lines and {len(ages)} ages")
        source = feed.source.name.in_language("id")
        if without := [age for age in ages if source not in age]:
            raise CheckFailed(f'{address} shows a figure without its source: "{without[0]}"')
        if len(page.tree.xpath(f"{AGES}//time")) != len(lines):
            raise CheckFailed(f"{address} shows a figure without its moment")
        if len(page.tree.xpath(f"{AGES}{OLD}")) == len(lines):
            raise CheckFailed(f"{address} calls figures old that were just measured")
        self.result.states += 1
        return page

    def choose(self, page: Page, address: str) -> None:
        """Check that every filter option responds and at least one per filter has results."""
        for name, options in filters(page):
            results = [self.browser.get(f"{address}?{urlencode({name: option})}").has(LINES) for option in options]
            self.result.questions += 1
            if not any(results):
                raise CheckFailed(f"{address}: no option of the filter {name} finds anything")
        if self.browser.get(f"{address}?q=zzzzzzzz").has(LINES):
            raise CheckFailed(f"{address} finds what nobody is called")

    def look_near(self, page: Page, address: str) -> None:
        """Check nearby search by area name and by point; a point outside the city must be rejected."""
        area = areas_by_level(pack.current().lowest_level)[0]
        self.has_distances(self.browser.get(f"{address}?{urlencode({'near': area.name})}"))
        form = next((form for form in page.forms() if form.method == "post" and form.asks("lat")), None)
        if form is None:
            raise CheckFailed(f"{address} has no way to say where one is")
        point = {"lat": str(area.latitude), "lon": str(area.longitude)}
        self.has_distances(self.browser.send(form, point))
        self.refuses(form)

    def has_distances(self, page: Page) -> None:
        self.result.questions += 1
        if not page.has(LINES) or len(page.tree.xpath(f'{LINES}//*[contains(., " km") or contains(., " m")]')) == 0:
            raise CheckFailed(f"{page.url} says of nothing how near it is")

    def refuses(self, form: Form) -> None:
        page = self.browser.send(form, FAR, expect=(422,))
        self.result.refused += 1
        if not page.shows_errors:
            raise CheckFailed(f"{form.action} refused a point outside the city without a word")

    def download(self, name: str, feed: Feed) -> None:
        text = self.browser.download(f"/figures/{name}/data.csv").content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        if not rows or not all(row["source"] and row["measured_at"] for row in rows):
            raise CheckFailed(f"{name}: the table to download has no rows, or rows without source and age")
        collection = self.browser.download(f"/figures/{name}/data.geojson").json()
        if len(collection["features"]) != len(rows) or not collection["source"]:
            raise CheckFailed(f"{name}: the two downloads do not hold the same")
        self.result.edges += 2

    def play_timetable(self, name: str, feed: Feed, address: str) -> None:
        stops = list(Stop.objects.filter(timetable__feed=name, timetable__current=True, served=True)[:30])
        page = self.browser.get(address)
        self.look_near(page, address)
        leaving = [self.browser.get(f"{address}stops/{stop.code}/") for stop in stops[:3]]
        if not all(page.has('//p[contains(., ":") and contains(., "·")]') for page in leaving):
            raise CheckFailed(f"{leaving[0].url} does not say where its times come from")
        query = urlencode({"from": stops[0].name, "to": stops[2].name})
        if not self.browser.get(f"{address}journey/?{query}").has("//h2"):
            raise CheckFailed(f"{address}journey/ does not answer")
        wrong = self.browser.get(f"{address}journey/?from=zzzzzz&to=zzzzzz", expect=(422,))
        self.result.refused += wrong.shows_errors
        self.browser.download(f"{address}stops.csv")
        self.browser.download(f"{address}stops.geojson")
        self.result.edges += 2

    def survives_a_broken_source(self, name: str, address: str) -> None:
        """Check that an invalid file changes no value and the page reports the broken source."""
        before = self.browser.get(address)
        try:
            importer.import_file(by=BY, name=name, content=b"\x00 broken", origin=FileOrigin("broken", made_up=True))
        except ImportRefused:
            self.result.refused += 1
        else:
            raise CheckFailed(f"{name} took a broken file")
        page = self.browser.get(address)
        if page.text(f"{LINES}//h2") != before.text(f"{LINES}//h2"):
            raise CheckFailed(f"{address} lost figures when its source broke")
        if len(page.text(NOTICES)) <= len(before.text(NOTICES)):
            raise CheckFailed(f"{address} does not say that its source is broken")
        self.bring(name)


def filters(page: Page) -> Iterator[tuple[str, list[str]]]:
    """Selects of the filter form, as (name, option values)."""
    for select in page.tree.xpath('//form[contains(@class, "filters")]//select'):
        yield str(select.get("name")), [str(value) for value in select.xpath("./option/@value") if value]
