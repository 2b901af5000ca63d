"""Feeds of the pack, and the check of their files."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from kini.city.pack import load_city
from kini.core.faults import Fault, PackFaults, parse, read_source
from kini.core.held import held
from kini.core.texts import untranslated
from kini.feeds.reading import read
from kini.feeds.schema import Feed
from kini.services.kinds import kinds
from kini.services.start import shown_elsewhere

FOLDER = "feeds"
KIND = "information"


def feeds() -> dict[str, Feed]:
    """Feeds of the running city by id, cached.

    Raises:
        PackFaults: if a file is invalid.
    """
    return _once(settings.CITY_PATH)


@held(maxsize=4)
def _once(root: Path) -> dict[str, Feed]:
    return {path.stem: parse(read_source(path, root), Feed) for path in sorted((root / FOLDER).glob("*.yaml"))}


def find(name: str) -> Feed | None:
    return feeds().get(name)


def of_service(service: str) -> dict[str, Feed]:
    """Feeds shown on the page of a service."""
    return {name: feed for name, feed in feeds().items() if service in feed.services}


def samples(name: str) -> Path | None:
    """Path of a feed's sample rows, if it has any."""
    return _samples(Path(settings.CITY_PATH), name)


def _samples(root: Path, name: str) -> Path | None:
    found = (path for path in sorted((root / FOLDER).glob(f"{name}.*")) if path.suffix != ".yaml")
    return next((path for path in (root / FOLDER / name, *found) if path.exists()), None)


def digest(feed: Feed, content: bytes) -> str:
    """Digest of a file's content and its feed's declaration."""
    return sha256(feed.model_dump_json().encode() + content).hexdigest()


def check_feeds(root: Path) -> Iterable[Fault]:
    """Errors in the pack's feeds and samples, and information services without a feed."""
    return list(_faults(root))


def _faults(root: Path) -> Iterator[Fault]:
    shown = {service for elsewhere in shown_elsewhere for service in elsewhere(root)}
    services = _services(root)
    for path in sorted((root / FOLDER).glob("*.yaml")):
        try:
            source = read_source(path, root)
            feed = parse(source, Feed)
            languages = load_city(root).languages
        except PackFaults as error:
            yield from error.errors
            continue
        shown |= set(feed.services)
        yield from untranslated(source, feed, languages)
        for index, service in enumerate(feed.services):
            if service not in services:
                yield source.error_at(
                    ("services", index), f'there is no service "{service}"', "Name a file of services/."
                )
        yield from _sample_faults(root, path.stem, feed)
    for service, (path, own) in services.items():
        if KIND in kinds and own and service not in shown:
            message = f'nothing says what "{service}" shows'
            remedy = f"Name it under `services:` of a feed ({FOLDER}/*.yaml), or give it a self-check."
            yield Fault(path.relative_to(root).as_posix(), 0, "", message, remedy)


def _services(root: Path) -> dict[str, tuple[Path, bool]]:
    """Services of the pack: their file, and whether a feed must show something on their page."""
    found = {}
    for path in sorted((root / "services").rglob("*.yaml")):
        try:
            data = read_source(path, root).data
        except PackFaults:
            continue  # reported by the check of services
        wanting = isinstance(data, dict) and data.get("kind") == KIND and not data.get(KIND)
        found[path.stem] = (path, wanting)
    return found


def _sample_faults(root: Path, name: str, feed: Feed) -> Iterator[Fault]:
    path = _samples(root, name)
    if path is None or feed.source.format == "gtfs":
        return
    known = load_city(root)
    for fault in read(feed, path.read_bytes(), known.timezone, sample=True).faults:
        yield Fault(path.relative_to(root).as_posix(), fault.row, fault.field, fault.message)
