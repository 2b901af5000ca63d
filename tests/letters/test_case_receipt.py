"""Receipt of a case as PDF: number, next steps, deadline."""

from io import BytesIO

from pypdf import PdfReader

from kini.cases import actions as case_actions
from kini.cases.models import Attachment
from tests.cases.town import ANSWERS, PERMIT, guest, offer, opened


def text_of(response):
    return "".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)


def test_it_says_number_next_steps_and_date(case, browse, town):
    response = browse(town.resident).get(f"/cases/{case.reference}/receipt.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert "attachment" in response["Content-Disposition"]
    text = text_of(response)
    for words in (
        case.reference,
        "Stall permit",
        "What happens next",
        "An officer reads your papers.",
        "To be decided by",
    ):
        assert words in text, words
    reader = PdfReader(BytesIO(response.content))
    assert reader.root_object["/Lang"] == "en"
    assert reader.metadata.title == "Receipt"


def test_nothing_is_kept_of_it(case, browse, town):
    browse(town.resident).get(f"/cases/{case.reference}/receipt.pdf")
    assert not Attachment.objects.exists()


def test_the_confirmation_offers_it(case, browse, town):
    page = browse(town.resident).get(f"/cases/{case.reference}/sent/").content.decode()
    assert f"/cases/{case.reference}/receipt.pdf" in page


def test_it_is_nobody_elses(case, browse, town, client):
    assert browse(town.neighbour).get(f"/cases/{case.reference}/receipt.pdf").status_code == 404
    assert client.get(f"/cases/{case.reference}/receipt.pdf").status_code == 302


def test_of_a_sensitive_service_it_is_neutral(town, browse):
    help_ = PERMIT | {
        "kind": "assistance",
        "assistance": {"title": {"id": "Layanan", "en": "Support"}, "quick_exit": True},
    }
    case = opened(town.named("resident"), offer("shelter", help_), town.resident)
    text = text_of(browse(town.resident).get(f"/cases/{case.reference}/receipt.pdf"))
    assert "Support" in text
    assert "Stall" not in text


def test_a_guest_with_the_key_gets_it(town, client, keys):
    help_ = PERMIT | {"kind": "assistance"}
    version = offer("help", help_)
    by = guest()
    draft = case_actions.start_draft(by=by, version=version, resident=None)
    for page, values in {"name": {"name": "Tamu"}, **ANSWERS}.items():
        draft = case_actions.save_answers(by=by, draft=draft, page=page, values=values)
    case = case_actions.submit(by=by, draft=draft, confirm=True)
    client.get(f"/cases/{case.reference}/?key={case.guest_key}")
    assert client.get(f"/cases/{case.reference}/receipt.pdf").status_code == 200
