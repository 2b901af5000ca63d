"""Reading of a feed's source: an HTTP address, or a file dropped into a folder."""

import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from kini.core import current_time, tls
from kini.feeds.models import FeedState
from kini.feeds.schema import Feed, Source

FOLDER = "feeds"
ENDINGS = {"csv": "csv", "json": "json", "geojson": "geojson", "gtfs": "zip"}
#: Seconds without data, and for the whole download.
SILENCE_SECONDS, DOWNLOAD_SECONDS = 20.0, 120.0
MOST_HOPS = 3
#: Age in seconds below which a file may still be being written.
SETTLED_SECONDS = 5.0


class SourceUnreachable(Exception):
    """The source could not be read; the message is the reason."""


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file of a source.

    Attributes:
        content: None if it is unchanged.
        name: name of the file, or its address.
    """

    content: bytes | None
    name: str
    etag: str = ""
    modified: str = ""


def fetch_source(name: str, feed: Feed, state: FeedState) -> FetchedFile | None:
    """Read a source; None if its folder holds no file yet.

    Raises:
        SourceUnreachable: if it does not answer, fails, or sends too much.
    """
    return from_address(feed.source, state) if feed.source.http else from_folder(name, feed.source, state)


def drop_path(name: str, source: Source) -> Path:
    """Path at which files of a feed without an address are dropped."""
    return Path(settings.VAR_PATH) / FOLDER / f"{name}.{ENDINGS[source.format]}"


def from_folder(name: str, source: Source, state: FeedState) -> FetchedFile | None:
    path = drop_path(name, source)
    try:
        stat = path.stat()
        if current_time.now().timestamp() - stat.st_mtime < SETTLED_SECONDS:
            return None
        if stat.st_size > source.most_mb * 1_000_000:
            raise SourceUnreachable(
                _("%(name)s is larger than %(most)d MB") % {"name": path.name, "most": source.most_mb}
            )
        modified = str(stat.st_mtime_ns)
        known = modified == state.modified and not state.failed_since
        return FetchedFile(None if known else path.read_bytes(), path.name, modified=modified)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceUnreachable(f"{path.name}: {error.strerror}") from None


def from_address(source: Source, state: FeedState) -> FetchedFile:
    """Request an address conditionally; redirects are followed only to hosts named in the pack.

    Raises:
        SourceUnreachable: as above.
    """
    address = source.http or ""
    allowed = {urlsplit(address).netloc, *source.hosts}
    headers = {"User-Agent": "Kini", "If-None-Match": state.etag, "If-Modified-Since": state.modified}
    headers = {key: value for key, value in headers.items() if value}
    try:
        with httpx.Client(timeout=SILENCE_SECONDS, verify=tls.context()) as client:
            for _hop in range(MOST_HOPS + 1):
                if urlsplit(address).netloc not in allowed:
                    raise SourceUnreachable(
                        _("it redirects to %(host)s, which the pack does not name")
                        % {"host": urlsplit(address).netloc[:100]}
                    )
                with client.stream("GET", address, headers=headers) as answer:
                    if not answer.has_redirect_location:
                        return _read_response(source, answer)
                    address = urljoin(address, answer.headers["Location"])
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceUnreachable(
            _("%(host)s does not answer (%(fault)s)")
            % {"host": urlsplit(address).netloc[:100], "fault": type(error).__name__}
        ) from None
    raise SourceUnreachable(_("too many redirects"))


def _read_response(source: Source, answer: httpx.Response) -> FetchedFile:
    name = str(answer.url)
    etag, modified = answer.headers.get("ETag", "")[:300], answer.headers.get("Last-Modified", "")[:100]
    if answer.status_code == httpx.codes.NOT_MODIFIED:
        return FetchedFile(None, name, etag, modified)
    if answer.status_code != httpx.codes.OK:
        raise SourceUnreachable(
            _("%(host)s returned status %(status)d") % {"host": answer.url.host, "status": answer.status_code}
        )
    until, content = time.monotonic() + DOWNLOAD_SECONDS, bytearray()
    for part in answer.iter_bytes():
        content += part
        if len(content) > source.most_mb * 1_000_000:
            raise SourceUnreachable(_("it is larger than %(most)d MB") % {"most": source.most_mb})
        if time.monotonic() > until:
            raise SourceUnreachable(_("it takes too long"))
    return FetchedFile(bytes(content), name, etag, modified)
