"""The letter before it is issued: seen by those who may decide, marked, stored nowhere."""

import io

from PIL import Image
from pypdf import PdfReader

from kini.cases import actions as case_actions
from kini.cases.models import Case
from kini.documents.models import SignedDocument
from tests.cases.desk.conftest import Browse
from tests.cases.town import Town


def test_who_decides_sees_the_paper_first(town: Town, case: Case, browse: Browse):
    case_actions.move(by=town.named("clerk"), case=case, move="accept")
    head = browse(town.head)
    page = head.get(f"/desk/cases/{case.reference}/").content.decode()
    assert f'href="/desk/cases/{case.reference}/moves/approve/"' in page, "no button that issues it at once"
    page = head.get(f"/desk/cases/{case.reference}/moves/approve/").content.decode()
    address = f"/desk/cases/{case.reference}/moves/approve/letter"
    assert f'src="{address}.png"' in page
    picture = head.get(f"{address}.png")
    assert picture["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(picture.content)).size == (794, 1123)
    text = PdfReader(io.BytesIO(head.post(f"{address}.pdf").content)).pages[0].extract_text()
    assert "PRATINJAU" in text
    assert "Warga Contoh" in text
    assert "Camar" in text
    assert not SignedDocument.objects.exists()


def test_others_and_other_steps_have_no_preview(town: Town, case: Case, browse: Browse):
    address = f"/desk/cases/{case.reference}/moves"
    assert browse(town.clerk).get(f"{address}/approve/letter.png").status_code == 404, "not yet at that step"
    assert browse(town.clerk).get(f"{address}/accept/letter.png").status_code == 404, "issues nothing"
    case_actions.move(by=town.named("clerk"), case=case, move="accept")
    assert browse(town.clerk).get(f"{address}/approve/letter.png").status_code == 403
    assert browse(town.head).get(f"{address}/approve/letter.exe").status_code == 404
    assert browse(town.neighbour).get(f"{address}/approve/letter.png").status_code == 403
