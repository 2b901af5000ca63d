"""Pictures of certificates' codes: QR, alphanumeric, level Q. Drawing one takes longer than signing it."""

import io
from functools import lru_cache

import segno
from django.utils.safestring import SafeString, mark_safe

#: Pictures of one process: owners open the same certificate several times in a row.
KEPT = 512


@lru_cache(maxsize=KEPT)
def svg(code: str) -> SafeString:
    """Draw a code as SVG without accessible name; the page describes it."""
    drawing = io.BytesIO()
    segno.make(code, error="q", micro=False, boost_error=False).save(
        drawing, kind="svg", xmldecl=False, svgns=True, scale=1, border=4, svgclass="qr", lineclass=None, omitsize=True
    )
    return mark_safe(drawing.getvalue().decode().replace("<svg", '<svg aria-hidden="true"', 1))  # noqa: S308 -- made here
