"""collectstatic with compression, run only when a static file has changed, and the storage it fills."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

STAMP = ".collected"


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Storage whose URLs are computed once per process: a file's hash does not change while it runs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.url = cache(super().url)


def collect_if_changed() -> bool:
    """Run collectstatic if anything changed; return True if it ran."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    current = fingerprint()
    if stamp.is_file() and stamp.read_text("utf-8") == current:
        return False
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(current, "utf-8")
    return True


def fingerprint() -> str:
    """Hash over all static files (path, size, mtime) and the versions of Django and WhiteNoise."""
    parts = [f"django {version('django')} whitenoise {version('whitenoise')}"]
    for finder in get_finders():
        for name, storage in finder.list([]):
            about = Path(storage.path(name)).stat()
            parts.append(f"{storage.path(name)} {about.st_size} {about.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()
