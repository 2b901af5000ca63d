"""QR codes as inline SVG."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def qr(payload: str, *, level: str = "", border: int = 3) -> SafeString:
    """Render a QR code as SVG without accessible name; the page describes it.

    Args:
        level: of error correction, exactly ("q"); empty: "m", or more where it takes no more room.
        border: modules of the white frame.
    """
    buffer = io.BytesIO()
    segno.make(payload, error=level or "m", micro=False, boost_error=not level).save(
        buffer,
        kind="svg",
        xmldecl=False,
        svgns=True,
        scale=1,
        border=border,
        svgclass="qr",
        lineclass=None,
        omitsize=True,
    )
    return mark_safe(buffer.getvalue().decode().replace("<svg", '<svg aria-hidden="true"', 1))  # noqa: S308 -- made here from a payload
