"""Papers beside the answers of a case: shown to who may see the case, inline, and each read logged."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from kini.cases import actions
from kini.cases.models import Attachment, Case
from kini.people.models import AccessLog
from kini.services.models import ServiceVersion
from tests.cases.desk.conftest import Browse
from tests.cases.town import Town, employed, filled, photo
from tests.core.test_files import pdf
from tests.pagechecks import CheckedClient
from tests.snapshots import replay


@pytest.fixture
def papers(town: Town, permit: ServiceVersion) -> Case:
    """A case with a picture and a PDF."""

    def build() -> Case:
        by = town.named("resident")
        draft = filled(by, permit, town.resident)
        uploads = (photo(1), SimpleUploadedFile("surat.pdf", pdf(), "application/pdf"))
        stored = [actions.attach_file(by=by, draft=draft, slot="letter", upload=upload) for upload in uploads]
        values = {"letter": {"files": [str(document.pk) for document in stored]}}
        actions.save_answers(by=by, draft=draft, page="doc-letter", values=values)
        return actions.submit(by=by, draft=draft, confirm=True)

    return replay("papers", build)


def paper(client: CheckedClient, case: Case, document: Attachment) -> HttpResponse:
    return client.get(f"/desk/cases/{case.reference}/papers/{document.pk}/")


def documents(case: Case) -> dict[str, Attachment]:
    return {document.content_type: document for document in case.documents.all()}


def test_the_page_names_each_paper_for_the_pane_and_as_a_link(papers: Case, clerk: CheckedClient):
    page = clerk.get(f"/desk/cases/{papers.reference}/").content.decode()
    for kind, document in documents(papers).items():
        assert f'href="/cases/{papers.reference}/documents/{document.pk}/"' in page
        assert f'data-paper="/desk/cases/{papers.reference}/papers/{document.pk}/"' in page
        assert f'data-type="{kind}"' in page
    assert page.count('data-label="Letter of the harbour"') == 2
    assert "Show 2 papers beside the answers" in page
    assert 'class="papers"' in page


def test_a_case_without_papers_has_no_pane(case: Case, clerk: CheckedClient):
    page = clerk.get(f"/desk/cases/{case.reference}/").content.decode()
    assert 'class="papers"' not in page
    assert "papers.js" not in page


def test_papers_are_served_inline_to_this_city_alone(papers: Case, clerk: CheckedClient):
    stored = documents(papers)
    page = clerk.get(f"/desk/cases/{papers.reference}/")
    assert page["Content-Security-Policy"].startswith("default-src 'self'"), "frames of this city only"
    shown = paper(clerk, papers, stored["application/pdf"])
    assert b"".join(shown.streaming_content).startswith(b"%PDF-")
    assert shown["Content-Disposition"].startswith("inline;")
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert "sandbox" not in shown["Content-Security-Policy"], "a sandbox has no PDF viewer"
    picture = paper(clerk, papers, stored["image/jpeg"])
    assert b"".join(picture.streaming_content).startswith(b"\xff\xd8\xff")
    assert picture["X-Frame-Options"] == "DENY"
    for answer in (shown, picture):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]


def test_each_read_of_a_paper_is_logged_as_when_it_is_opened(papers: Case, clerk: CheckedClient):
    stored = documents(papers)
    clerk.get(f"/desk/cases/{papers.reference}/")
    logged = AccessLog.objects.filter(what="document")
    assert not logged, "the page alone shows no paper"
    for document in stored.values():
        link = f"/cases/{papers.reference}/documents/{document.pk}/"
        for answer in (paper(clerk, papers, document), clerk.get(link)):
            assert b"".join(answer.streaming_content)
    assert {(entry.object_id, entry.purpose, entry.reference) for entry in logged.all()} == {
        (str(document.pk), "casework", papers.reference) for document in stored.values()
    }


def test_papers_are_kept_from_whom_the_case_is_kept_from(
    town: Town, papers: Case, case: Case, clerk: CheckedClient, browse: Browse
):
    document = documents(papers)["image/jpeg"]
    assert paper(clerk, case, document).status_code == 404, "a paper of another case"
    elsewhere = employed("+6281200000041", "Petugas Jalan", town.roads, "clerk")
    assert paper(browse(elsewhere), papers, document).status_code == 404
    assert paper(browse(town.resident), papers, document).status_code == 403
    assert paper(CheckedClient(), papers, document).status_code == 302
    assert not AccessLog.objects.filter(what="document").exists()
