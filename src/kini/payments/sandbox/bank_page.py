"""Page for test payments in the sandbox. It is not a page of the city and does not look like one."""

from html import escape

from kini.payments.sandbox.bank import Order

_FRAME = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Pretended bank</title><style>body{{font:16px system-ui;max-width:34rem;margin:2rem auto;padding:0 1rem}}
input,button{{font:inherit;padding:.6rem;width:100%;box-sizing:border-box;margin:.3rem 0}}li{{margin:.8rem 0}}</style>
<h1>Pretended bank</h1><p>For trying out. No money moves.</p>{body}</html>"""


def bank(orders: list[Order], reference: str) -> str:
    """Open orders, the requested one first."""
    first = sorted(orders, key=lambda order: order.reference != reference)
    rows = "".join(
        f"<li>{escape(order.title)}: {order.amount:,} ({escape(order.method)})"
        f'<form method="post" action="/pay"><input type="hidden" name="code" value="{order.reference}">'
        f"<button>Pay</button></form></li>"
        for order in first
    )
    typed = (
        '<form method="post" action="/pay"><label>QR text or account number<input name="code" required></label>'
        '<label>Amount (empty: what is asked)<input name="amount" inputmode="numeric"></label>'
        "<button>Pay</button></form>"
    )
    return _FRAME.format(body=f"<ul>{rows or '<li>Nothing to pay.</li>'}</ul><h2>Another code</h2>{typed}")


def done(order: Order) -> str:
    return _FRAME.format(
        body=f"<p><strong>Paid: {order.amount:,}.</strong> The city is being told. Go back to its page.</p>"
    )


def unknown() -> str:
    return _FRAME.format(body="<p>There is no such code. <a href='/'>Back</a></p>")
