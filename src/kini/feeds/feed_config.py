"""Feeds of the pack, and the check of their files."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from kini.city.public import load_city, pack_languages
from kini.core.config_files import ConfigError, ConfigErrors, SourceFile, parse_model, read_source_file
from kini.core.config_messages import use_one_of
from kini.core.localized_text import missing_translations
from kini.core.process_cache import cached
from kini.core.table_import import Unreadable
from kini.feeds.row_parser import parse_file
from kini.feeds.schema import Feed
from kini.services.public import kinds, services_on_other_pages
from kini.web.icons import ICONS

FOLDER = "feeds"
KIND = "information"


def feeds() -> dict[str, Feed]:
    """Feeds of the running city by id, cached.

    Raises:
        ConfigErrors: if a file is invalid.
    """
    return _once(settings.CITY_PATH)


@cached(maxsize=4)
def _once(root: Path) -> dict[str, Feed]:
    return {
        path.stem: parse_model(read_source_file(path, root), Feed) for path in sorted((root / FOLDER).glob("*.yaml"))
    }


def find_feed(name: str) -> Feed | None:
    return feeds().get(name)


def feeds_of_service(service: str) -> dict[str, Feed]:
    """Feeds shown on the page of a service; what changes fastest comes first."""
    shown = ((name, feed) for name, feed in feeds().items() if service in feed.services)
    return dict(sorted(shown, key=lambda each: each[1].fresh.length))


def sample_path(name: str) -> Path | None:
    """Path of a feed's sample rows, if it has any."""
    return _samples(Path(settings.CITY_PATH), name)


def _samples(root: Path, name: str) -> Path | None:
    files = (path for path in sorted((root / FOLDER).glob(f"{name}.*")) if path.suffix != ".yaml")
    return next((path for path in (root / FOLDER / name, *files) if path.exists()), None)


def content_digest(feed: Feed, content: bytes) -> str:
    """Digest of a file's content and its feed's declaration."""
    return sha256(feed.model_dump_json().encode() + content).hexdigest()


def check_feeds(root: Path) -> Iterable[ConfigError]:
    """Errors in the pack's feeds and samples, and information services without a feed."""
    return list(_faults(root))


def _faults(root: Path) -> Iterator[ConfigError]:
    shown = {service for elsewhere in services_on_other_pages for service in elsewhere(root)}
    services = _services(root)
    for path in sorted((root / FOLDER).glob("*.yaml")):
        try:
            source = read_source_file(path, root)
            shown |= _named_services(source.data)
            feed = parse_model(source, Feed)
        except ConfigErrors as error:
            yield from error.errors
            continue
        yield from missing_translations(source, feed, pack_languages(root))
        for index, service in enumerate(feed.services):
            if service not in services:
                message = _('there is no service "%(service)s"') % {"service": service}
                yield source.error_at(("services", index), message, use_one_of(services, service))
        if feed.icon not in ICONS:
            yield source.error_at(
                ("icon",), _('there is no icon "%(icon)s"') % {"icon": feed.icon}, use_one_of(ICONS, feed.icon)
            )
        yield from _sample_faults(root, path.stem, feed, source)
    for service, (path, own) in services.items():
        if KIND in kinds and own and service not in shown:
            message = _('nothing says what "%(service)s" shows') % {"service": service}
            remedy = _("Name it under `services:` of a feed (%(folder)s/*.yaml).") % {"folder": FOLDER}
            yield ConfigError(path.relative_to(root).as_posix(), 0, "", message, remedy)


def _named_services(data: Any) -> set[str]:
    """Services that a feed names, also one that is otherwise invalid."""
    named = data.get("services") if isinstance(data, dict) else None
    return {each for each in named if isinstance(each, str)} if isinstance(named, list) else set()


def _services(root: Path) -> dict[str, tuple[Path, bool]]:
    """Services of the pack: their file, and whether a feed must show something on their page."""
    services = {}
    for path in sorted((root / "services").rglob("*.yaml")):
        try:
            data = read_source_file(path, root).data
        except ConfigErrors:
            continue  # reported by the check of services
        wanting = isinstance(data, dict) and data.get("kind") == KIND
        services[path.stem] = (path, wanting)
    return services


def _sample_faults(root: Path, name: str, feed: Feed, source: SourceFile) -> Iterator[ConfigError]:
    """Errors of the sample rows, and keys of rules that no sample row has."""
    path = _samples(root, name)
    if path is None or feed.source.format == "gtfs":
        return
    file = path.relative_to(root).as_posix()
    try:
        parsed = parse_file(feed, path.read_bytes(), load_city(root).timezone, sample=True)
    except Unreadable as error:
        yield from (replace(each, file=file) for each in error.errors)
        return
    except ConfigErrors:
        return  # city.toml is invalid
    yield from (replace(each, file=file) for each in parsed.faults)
    keys = {row.key for row in parsed.rows}
    for number, rule in enumerate(feed.levels.rules if feed.levels else ()):
        for index, key in enumerate(rule.keys):
            if keys and not parsed.faults and key not in keys:
                message = _('no row of %(file)s has the key "%(key)s"') % {"file": file, "key": key}
                yield source.error_at(("levels", "rules", number, "keys", index), message, use_one_of(keys, key))
