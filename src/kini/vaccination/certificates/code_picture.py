"""Pictures of certificates' codes: QR, alphanumeric, level Q. Drawing one takes longer than signing it."""

from functools import lru_cache

from django.utils.safestring import SafeString

from kini.web.qr import qr

#: Pictures of one process: owners open the same certificate several times in a row.
KEPT = 512


@lru_cache(maxsize=KEPT)
def svg(code: str) -> SafeString:
    """Draw a code as SVG without accessible name; the page describes it."""
    return qr(code, level="q", border=4)
