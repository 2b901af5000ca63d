"""Line icons drawn for Kini: 24 px grid, 1.75 px strokes, round ends, in the text colour."""

from functools import lru_cache
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

#: Icon for unknown names (a pack's category may name any icon).
FALLBACK: Final = "document"

ICONS: Final[dict[str, str]] = {
    "alert": '<path d="M12 4 2.8 19.5h18.4Z"/><path d="M12 10v4.5M12 17v.1"/>',
    "ambulance": '<path d="M3 17V7.5A1.5 1.5 0 0 1 4.5 6H14v11M14 9.5h3.5L21 13v4h-2M3 17h2.5M9.5 17H15"/>'
    '<circle cx="7.5" cy="17.5" r="2"/><circle cx="17" cy="17.5" r="2"/><path d="M8.5 8.8v4.4M6.3 11h4.4"/>',
    "arrow-left": '<path d="M20 12H4.5M11 5.5 4.5 12l6.5 6.5"/>',
    "baby": '<circle cx="12" cy="13" r="7.5"/><path d="M12 5.5c-1.8-1.3.2-3.3 1.7-2M9.3 12v.1M14.7 12v.1'
    'M9.5 15.5c1.5 1.4 3.5 1.4 5 0"/>',
    "briefcase": '<rect x="3.5" y="8" width="17" height="11.5" rx="2.5"/>'
    '<path d="M9 8V6a1.5 1.5 0 0 1 1.5-1.5h3A1.5 1.5 0 0 1 15 6v2M3.5 13h17M12 12v2"/>',
    "bus": '<rect x="4.5" y="4" width="15" height="13.5" rx="3"/>'
    '<path d="M4.5 11.5h15M7.5 20v-2.5M16.5 20v-2.5M8 14.5v.1M16 14.5v.1"/>',
    "calendar": '<rect x="4" y="5" width="16" height="15" rx="3"/><path d="M8 3v4M16 3v4M4 10h16M9 15l2 2 4-4"/>',
    "camera": '<path d="M4.5 8h3L9 5.5h6L16.5 8h3A1.5 1.5 0 0 1 21 9.5V18a1.5 1.5 0 0 1-1.5 1.5h-15'
    'A1.5 1.5 0 0 1 3 18V9.5A1.5 1.5 0 0 1 4.5 8Z"/><circle cx="12" cy="13.5" r="3.5"/>',
    "cash": '<rect x="3" y="6" width="18" height="12" rx="3"/><circle cx="12" cy="12" r="2.5"/>'
    '<path d="M6.5 12v.1M17.5 12v.1"/>',
    "chart": '<path d="M4.5 4v15.5H20M8 15.5l3.5-4.5 3 2.5L19 8"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "chevron-right": '<path d="m9.5 5.5 6.5 6.5-6.5 6.5"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "document": '<path d="M7 3.5h7l4 4V20a.5.5 0 0 1-.5.5h-10.5A.5.5 0 0 1 6.5 20V4a.5.5 0 0 1 .5-.5Z"/>'
    '<path d="M14 3.5V8h4M9.5 12.5h5M9.5 16h5"/>',
    "download": '<path d="M12 4v11M7 10.5l5 5 5-5M4.5 19.5h15"/>',
    "drop": '<path d="M12 3.5s6.5 6.6 6.5 11a6.5 6.5 0 0 1-13 0c0-4.4 6.5-11 6.5-11Z"/>'
    '<path d="M9 15a3 3 0 0 0 2.5 2.9"/>',
    "exit": '<path d="M13.5 4.5h4A1.5 1.5 0 0 1 19 6v12a1.5 1.5 0 0 1-1.5 1.5h-4M5 12h9.5M11 8.5l3.5 3.5L11 15.5"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z"/>'
    '<circle cx="12" cy="12" r="3"/>',
    "file": '<path d="M7 3.5h7l4 4V20a.5.5 0 0 1-.5.5h-10.5A.5.5 0 0 1 6.5 20V4a.5.5 0 0 1 .5-.5Z"/>'
    '<path d="M14 3.5V8h4"/>',
    "filter": '<path d="M4 7h16M7 12h10M10.5 17h3"/>',
    "fire": '<path d="M12 3c.5 3.5 5.5 5.5 5.5 11a5.5 5.5 0 0 1-11 0c0-2 .8-3.5 2-4.8.3 1.6 1 2.3 1.8 2.6'
    'C9.8 8.5 10.5 5 12 3Z"/><path d="M12 20c-1.5-1-2-3 0-5 2 2 1.5 4 0 5Z"/>',
    "flower": '<circle cx="12" cy="9" r="2"/><path d="M12 7a2.3 2.3 0 1 1 2 3 2.3 2.3 0 1 1-2 1 2.3 2.3 0 1 1-2-1'
    ' 2.3 2.3 0 1 1 2-3ZM12 13.5V21M12 18c-3 0-4.5-1.5-5-3.5M12 19.5c2.5 0 4-1.5 4.5-3"/>',
    "hand-heart": '<path d="M3.5 13v6.5M3.5 14l4-1.5 4 2h3a1.5 1.5 0 0 1 0 3h-4M14.8 15.8l3.7-1.8'
    'a1.6 1.6 0 0 1 1.5 2.8L13 21l-9.5-2"/>'
    '<path d="M12 10.5S8 8 8 5.4A2.1 2.1 0 0 1 12 4.3a2.1 2.1 0 0 1 4 1.1C16 8 12 10.5 12 10.5Z"/>',
    "heart": '<path d="M12 20s-7.5-4.6-7.5-10A4.3 4.3 0 0 1 12 7.4 4.3 4.3 0 0 1 19.5 10C19.5 15.4 12 20 12 20Z"/>',
    "home": '<path d="m4 11 8-7 8 7v8a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 19Z"/><path d="M10 20v-6h4v6"/>',
    "house": '<path d="M4.5 20.5v-10L12 5l7.5 5.5v10ZM2.5 12 12 4.5l9.5 7.5"/><path d="M9 13.5h6v4H9ZM12 13.5v4"/>',
    "id-card": '<rect x="3" y="5" width="18" height="14" rx="3"/><circle cx="8.5" cy="11" r="2"/>'
    '<path d="M5.5 16a3 3 0 0 1 6 0M14 10h4M14 14h3"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8v.1"/>',
    "keyboard": '<rect x="2.5" y="6" width="19" height="12" rx="2.5"/>'
    '<path d="M6.5 10v.1M10.2 10v.1M13.8 10v.1M17.5 10v.1M8 14h8"/>',
    "language": '<path d="M3.5 6h10M8.5 4v2M11 6c-.8 3.5-3.3 6.3-7 8M6 9c1 2.3 3 4 5.5 5'
    'M12 20l4.2-10L20.5 20M13.5 16.8h5.6"/>',
    "leaf": '<path d="M5 19c0-9 5-14 15-14 0 10-5 15-12 15-2 0-3-1-3-1Zm0 0 7-7"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="2.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5M12 14.5v2"/>',
    "logout": '<path d="M10.5 4.5h-4A1.5 1.5 0 0 0 5 6v12a1.5 1.5 0 0 0 1.5 1.5h4M10 12h9.5M16 8.5l3.5 3.5-3.5 3.5"/>',
    "megaphone": '<path d="M4 10.5v3A1.5 1.5 0 0 0 5.5 15H8l8.5 4V5L8 9H5.5A1.5 1.5 0 0 0 4 10.5Z"/>'
    '<path d="M8 15l1.5 5h2.3M19.5 9.5a4 4 0 0 1 0 5"/>',
    "message": '<path d="M5.5 5h13A1.5 1.5 0 0 1 20 6.5v9a1.5 1.5 0 0 1-1.5 1.5H11l-4.5 3.5V17h-1'
    'A1.5 1.5 0 0 1 4 15.5v-9A1.5 1.5 0 0 1 5.5 5Z"/><path d="M8 9.5h8M8 12.8h5"/>',
    "newspaper": '<path d="M4 5h13v13.5a1.5 1.5 0 0 0 1.5 1.5H6a2 2 0 0 1-2-2ZM17 9.5h3V18.5A1.5 1.5 0 0 1 18.5 20'
    'M7 8.5h7M7 12h7M7 15.5h4"/>',
    "palette": '<path d="M12 3.5a8.5 8.5 0 1 0 0 17c1.5 0 2-1 1.5-2.2-.6-1.6.3-2.8 2-2.8h2a3 3 0 0 0 3-3'
    'C20.5 7.4 16.7 3.5 12 3.5Z"/><path d="M7.5 12v.1M9.5 8v.1M14 7.5v.1M17.2 10.7v.1"/>',
    "paw": '<path d="M12 12c-2.5 0-5 2.8-5 5.2 0 1.6 1.2 2.3 2.5 2.3 1 0 1.5-.5 2.5-.5s1.5.5 2.5.5c1.3 0 2.5-.7'
    ' 2.5-2.3C17 14.8 14.5 12 12 12Z"/>'
    '<ellipse cx="9" cy="7" rx="1.5" ry="2.2"/><ellipse cx="15" cy="7" rx="1.5" ry="2.2"/>'
    '<ellipse cx="4.8" cy="11" rx="1.4" ry="1.9"/><ellipse cx="19.2" cy="11" rx="1.4" ry="1.9"/>',
    "pause": '<circle cx="12" cy="12" r="8.5"/><path d="M10 9v6M14 9v6"/>',
    "pencil": '<path d="m4.5 19.5.8-4L15.5 5.3a1.5 1.5 0 0 1 2.1 0l1.1 1.1'
    'a1.5 1.5 0 0 1 0 2.1L8.5 18.7ZM13.5 7.3l3.2 3.2"/>',
    "people": '<circle cx="9" cy="8.5" r="3.3"/><path d="M3 19.5a6 6 0 0 1 12 0M15.5 5.5a3.3 3.3 0 0 1 0 6.2'
    'M17.5 14.2a6 6 0 0 1 3.5 5.3"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>',
    "phone": '<path d="M6.5 3.5h2.8l1.5 4.3-2 1.5a12 12 0 0 0 5.9 5.9l1.5-2 4.3 1.5v2.8a2 2 0 0 1-2.2 2'
    'A16.5 16.5 0 0 1 4.5 5.7a2 2 0 0 1 2-2.2Z"/>',
    "map": '<path d="m9 4-6 2.5V20l6-2.5 6 2.5 6-2.5V4l-6 2.5L9 4Zm0 0v13.5m6-11V20"/>',
    "pin": '<path d="M12 21s-7-5.6-7-11a7 7 0 0 1 14 0c0 5.4-7 11-7 11Z"/><circle cx="12" cy="10" r="2.5"/>',
    "print": '<path d="M7 8.5V4h10v4.5M7 17H5a1.5 1.5 0 0 1-1.5-1.5V10A1.5 1.5 0 0 1 5 8.5h14A1.5 1.5 0 0 1 20.5 10'
    'v5.5A1.5 1.5 0 0 1 19 17h-2"/><path d="M7 14h10v6H7ZM17 11.5v.1"/>',
    "refresh": '<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4L19.5 9M19.5 4.5V9H15"/>',
    "report": '<path d="M12 21s-7-5.6-7-11a7 7 0 0 1 14 0c0 5.4-7 11-7 11Z"/><path d="M12 6.5v4.2M12 13.4v.1"/>',
    "ring": '<circle cx="12" cy="14.5" r="6"/><path d="m9.5 3.5-1.5 2 4 3.5 4-3.5-1.5-2ZM8 5.5h8"/>',
    "school": '<path d="m3 9 9-4 9 4-9 4Z"/><path d="M7 11v5c2.5 2 7.5 2 10 0v-5M21 9v5"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
    "services": '<rect x="4" y="4" width="6.5" height="6.5" rx="2"/>'
    '<rect x="13.5" y="4" width="6.5" height="6.5" rx="2"/>'
    '<rect x="4" y="13.5" width="6.5" height="6.5" rx="2"/><rect x="13.5" y="13.5" width="6.5" height="6.5" rx="2"/>',
    "shield": '<path d="M12 3 4.5 6v6c0 5 3 7.8 7.5 9 4.5-1.2 7.5-4 7.5-9V6Z"/><path d="M12 8.5v7M8.5 12h7"/>',
    "star": '<path d="m12 4 2.4 5.2 5.6.6-4.2 3.8 1.2 5.6L12 16.4l-5 2.8 1.2-5.6L4 9.8l5.6-.6Z"/>',
    "tree": '<path d="M12 21v-8M12 17l-3-2.5M12 15l2.5-2"/>'
    '<path d="M8 16.5a4 4 0 0 1-2.5-7A4.5 4.5 0 0 1 12 4a4.5 4.5 0 0 1 6.5 5.5 4 4 0 0 1-2.5 7"/>',
    "upload": '<path d="M12 15.5v-11M7 9l5-5 5 5M4.5 19.5h15"/>',
    "wifi": '<path d="M3.5 9.5a12 12 0 0 1 17 0M6.5 12.7a8 8 0 0 1 11 0M9.4 15.8a4 4 0 0 1 5.2 0M12 19v.1"/>',
}


def svg(name: str, label: str = "", size: str = "") -> SafeString:
    """Render an icon as inline SVG.

    Args:
        label: accessible name; without one the icon is decorative and hidden from screen readers.
        size: "s", "l", or empty for the usual 24 px.
    """
    return _drawn(name, str(label), size)


@lru_cache(maxsize=2_000)
def _drawn(name: str, label: str, size: str) -> SafeString:
    drawing = mark_safe(ICONS.get(name, ICONS[FALLBACK]))
    meaning = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    classes = f"icon icon-{size}" if size else "icon"
    return format_html('<svg class="{}" viewBox="0 0 24 24" {}>{}</svg>', classes, meaning, drawing)
