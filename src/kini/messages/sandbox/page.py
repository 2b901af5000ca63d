"""Page with the messages of the fake phones and a form to write to the city. A developer tool, English only."""

from collections.abc import Sequence
from html import escape

from kini.messages.sandbox.fake_providers import FakeMessage

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Pretended phones</title><style>:root{color-scheme:light dark}body{font:16px system-ui;max-width:40rem;margin:
2rem auto;padding:0 1rem}li{margin:.5rem 0}label{display:block;margin:.5rem 0}</style><h1>Pretended phones</h1>"""
FORM = """<form method="post" action="/write"><h2>Write to the city</h2>
<label>From <input name="number" value="{number}" required></label>
<label>By <select name="channel"><option>whatsapp</option><option>sms</option></select></label>
<label>Text <input name="text"></label><label>Place (latitude,longitude) <input name="place"></label>
<button>Send</button></form>"""


def phone_page(taken: Sequence[FakeMessage], number: str) -> str:
    """HTML page with the latest messages of one number, or of all."""
    lines = "".join(
        f"<li><b>{escape(each.number)}</b> {each.channel} {'←' if each.sent else '→'} {escape(each.text)}</li>"
        for each in reversed(taken[-200:])
        if not number or each.number == number
    )
    return f"{HEAD}{FORM.format(number=escape(number, quote=True))}<h2>Messages</h2><ul>{lines}</ul></html>"
