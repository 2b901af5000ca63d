"""After closing: old photos prove nothing, the reporter is asked, disputes go to somebody else, then to an auditor."""

from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import ExifTags, Image

from kini.cases import actions as cases
from kini.cases.models import Case
from kini.cases.public import case_answers
from kini.cases.routing import metres_from_case
from kini.city.public import area_lookup
from kini.core.actors import ActionRefused, Actor, NotAllowed, system
from kini.reports import actions, rules
from kini.reports.models import Audit, ClosingAnswer
from kini.services.models import ServiceVersion
from kini.services.public import snapshot_of
from tests.cases import town as towns
from tests.cases.town import Town, filled, guest, opened, photo
from tests.pagechecks import CheckedClient
from tests.reports.conftest import SAID
from tests.reports.test_photo_hashes import scene
from tests.reports.test_public_reports import lamps as lamps
from tests.reports.test_public_reports import said


def upload(picture: Image.Image, quality: int = 90) -> SimpleUploadedFile:
    content = BytesIO()
    picture.save(content, "JPEG", quality=quality)
    return SimpleUploadedFile("foto.jpg", content.getvalue(), "image/jpeg")


def finished(town: Town, case: Case, by: Actor, proof: SimpleUploadedFile) -> Case:
    case = cases.move(by=town.named("clerk"), case=case, move="start")
    case = cases.move(by=by, case=case, move="finish", values={"photo": [proof]})
    return cases.move(by=town.named("clerk"), case=case, move="close")


def colleague(town: Town, number: int, *roles: str) -> Actor:
    return towns.acting(towns.employed(f"+62812000001{number}", f"Petugas {number}", town.registry, *roles))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda picture: upload(picture, 40), id="recompressed"),
        pytest.param(lambda picture: upload(picture.rotate(90, expand=True)), id="turned"),
    ],
)
def test_a_photo_of_another_report_proves_nothing(
    town: Town, broken_lamp: ServiceVersion, report: Case, crew: Actor, changed
):
    finished(town, report, crew, upload(scene(1)))
    other = opened(town.named("neighbour"), broken_lamp, town.neighbour, SAID)
    actions.hash_photos(by=system("tests"), case=report)
    other = cases.move(by=town.named("clerk"), case=other, move="start")
    with pytest.raises(ActionRefused, match="used before"):
        cases.move(by=crew, case=other, move="finish", values={"photo": [changed(scene(1))]})
    done = cases.move(by=crew, case=other, move="finish", values={"photo": [upload(scene(2))]})
    assert done.state == "check"


#: The pier, at which the tests' reports are, and another one about 3 km away.
AT_THE_PIER, IN_ANOTHER_AREA = ((6, 6, 36), (106, 48, 0)), ((6, 8, 0), (106, 49, 0))


def taken_at(place: tuple[tuple[int, ...], tuple[int, ...]], picture: Image.Image) -> SimpleUploadedFile:
    """Photo that says where it was taken: degrees, minutes and seconds south and east."""
    exif = picture.getexif()
    tags, gps = ExifTags.GPS, exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps |= {
        tags.GPSLatitudeRef: "S",
        tags.GPSLatitude: place[0],
        tags.GPSLongitudeRef: "E",
        tags.GPSLongitude: place[1],
    }
    content = BytesIO()
    picture.save(content, "JPEG", exif=exif)
    return SimpleUploadedFile("foto.jpg", content.getvalue(), "image/jpeg")


@pytest.mark.parametrize(
    ("proof", "why"),
    [
        pytest.param(lambda first: upload(first), "used before", id="the first photo"),
        pytest.param(lambda first: upload(first.rotate(90, expand=True)), "used before", id="turned by 90 degrees"),
        pytest.param(lambda first: upload(first, 40), "used before", id="encoded at quality 40"),
        pytest.param(lambda _first: taken_at(IN_ANOTHER_AREA, scene(8)), "about 3.2 km from the place", id="elsewhere"),
    ],
)
def test_what_a_closing_photo_must_not_be(town: Town, lamps: ServiceVersion, crew: Actor, proof, why: str):
    by = town.named("resident")
    draft = filled(by, lamps, town.resident, said())
    first = cases.attach_file(by=by, draft=draft, slot="photos", upload=upload(scene(7)))
    cases.update_answers(by=by, draft=draft, values={"photos": {"files": [str(first.pk)]}})
    case = cases.submit(by=by, draft=draft, confirm=True)
    case = cases.move(by=town.named("clerk"), case=case, move="start")
    with pytest.raises(ActionRefused, match=why):
        cases.move(by=crew, case=case, move="finish", values={"photo": [proof(scene(7))]})
    done = cases.move(by=crew, case=case, move="finish", values={"photo": [taken_at(AT_THE_PIER, scene(9))]})
    assert done.state == "check"
    assert done.documents.get(slot="step:photo").metres_away == 0
    assert done.documents.get(slot="photos").metres_away is None, "nobody asks where residents were"


def test_a_report_of_a_whole_area_takes_photos_from_all_of_it(town: Town, report: Case, crew: Actor):
    snapshot = snapshot_of(report.version)
    spot = SAID["spot"]["spot"] | {"exact": False}
    case_answers.assign_to_case(report, snapshot, {"spot": spot})
    shape = area_lookup.area_shapes().shapes["1.1.1"]
    inside, beyond = shape.representative_point(), (-7.0, 106.8)
    assert metres_from_case(report, snapshot, (inside.y, inside.x)) == 0
    assert (metres_from_case(report, snapshot, beyond) or 0) > 50_000
    assert rules.taken_elsewhere(501, 500)
    assert not any((rules.taken_elsewhere(500, 500), rules.taken_elsewhere(None, 500), rules.taken_elsewhere(9000, 0)))


def test_opening_the_page_changes_nothing_and_an_answer_counts_once(
    town: Town, report: Case, crew: Actor, client: CheckedClient
):
    case = finished(town, report, crew, photo(21))
    client.force_login(town.resident.user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    address = reverse("reports:answer", args=[case.reference])
    assert "Is it solved?" in client.get(f"/cases/{case.reference}/").content.decode()
    for _ in range(2):
        assert client.get(address).status_code == 200
    assert client.post(address, {"answer": "not-solved"}).status_code == 422
    assert not ClosingAnswer.objects.exists()
    assert client.post(address, {"answer": "solved"}).status_code == 303
    assert client.get(address).status_code == 302
    with pytest.raises(ActionRefused, match="answered already"):
        actions.answer_closing(by=town.named("resident"), case=case, answer="not-solved", reason="Dark")
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosingAnswer.objects.update(answer="not-solved")
    assert Case.objects.get().outcome == "solved"


def test_nobody_else_answers(town: Town, report: Case, crew: Actor):
    with pytest.raises(ActionRefused, match="not said to be solved"):
        actions.answer_closing(by=town.named("resident"), case=report, answer="solved")
    case = finished(town, report, crew, photo(22))
    for by in (town.named("neighbour"), town.named("clerk"), crew, guest()):
        with pytest.raises(NotAllowed):
            actions.answer_closing(by=by, case=case, answer="solved")


def test_a_disputed_report_goes_to_somebody_else_and_then_to_an_auditor(
    town: Town, report: Case, crew: Actor, client: CheckedClient
):
    resident, clerk = town.named("resident"), town.named("clerk")
    case = finished(town, report, crew, photo(23))
    case = actions.answer_closing(by=resident, case=case, answer="not-solved", reason="Still dark")
    assert case.public == "reopened"
    case = cases.move(by=clerk, case=case, move="start")
    with pytest.raises(ActionRefused, match="Somebody else"):
        cases.move(by=crew, case=case, move="finish", values={"photo": [photo(24)]})
    case = cases.move(by=colleague(town, 1, "field"), case=case, move="finish", values={"photo": [photo(25)]})
    with pytest.raises(ActionRefused, match="Somebody else"):
        cases.move(by=clerk, case=case, move="close")
    case = cases.move(by=colleague(town, 2, "clerk"), case=case, move="close")

    case = actions.answer_closing(by=resident, case=case, answer="not-solved", reason="Dark again")
    assert case.outcome == "solved"
    audited = Audit.objects.get()
    auditor = colleague(town, 3, "head")
    with pytest.raises(NotAllowed):
        actions.record_audit(by=crew, audited=audited, failed=True, note="Dark")
    with pytest.raises(ActionRefused, match="Write what you found"):
        actions.record_audit(by=auditor, audited=audited, failed=True, note=" ")
    with pytest.raises(IntegrityError), transaction.atomic():
        Audit.objects.update(result="passed")
    actions.record_audit(by=auditor, audited=audited, failed=True, note="The lamp is dark.")
    case = Case.objects.get()
    assert (case.public, case.closed_at) == ("reopened", None)
    with pytest.raises(ActionRefused, match="audited already"):
        actions.record_audit(by=auditor, audited=audited, failed=False, note="Fine")


def test_the_step_of_the_tracker_is_the_first_dispute(town: Town, report: Case, crew: Actor):
    resident, clerk = town.named("resident"), town.named("clerk")
    case = finished(town, report, crew, photo(23))
    case = cases.move(by=resident, case=case, move="reopen", values={"message": "Still dark"})
    assert ClosingAnswer.objects.get().answer == "not-solved"
    case = cases.move(by=clerk, case=case, move="start")
    with pytest.raises(ActionRefused, match="Somebody else"):
        cases.move(by=crew, case=case, move="finish", values={"photo": [photo(24)]})
    case = cases.move(by=colleague(town, 7, "field"), case=case, move="finish", values={"photo": [photo(25)]})
    case = cases.move(by=colleague(town, 8, "clerk"), case=case, move="close")
    with pytest.raises(ActionRefused, match="somebody independent"):
        cases.move(by=resident, case=case, move="reopen", values={"message": "Dark again"})
    actions.answer_closing(by=resident, case=case, answer="not-solved", reason="Dark again")
    with pytest.raises(ActionRefused, match="somebody independent"):
        cases.move(by=resident, case=case, move="reopen", values={"message": "Dark again"})


@pytest.mark.parametrize("answer", ["", "solved", "cannot-tell"])
def test_the_database_reopens_nothing_without_a_dispute(town: Town, report: Case, crew: Actor, answer: str):
    case = finished(town, report, crew, photo(31))
    if answer:
        actions.answer_closing(by=town.named("resident"), case=case, answer=answer)
        with pytest.raises(ActionRefused, match="answered already"):
            cases.move(by=town.named("resident"), case=case, move="reopen", values={"message": "Dark"})
    with pytest.raises(IntegrityError, match="re-opens it"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(closed_at=None, outcome="", state="again", public="reopened")


def test_who_worked_on_it_does_not_audit_it(town: Town, report: Case, crew: Actor, client: CheckedClient):
    case = finished(town, report, crew, photo(26))
    worked = colleague(town, 4, "head", "clerk")
    case = actions.answer_closing(by=town.named("resident"), case=case, answer="not-solved", reason="Dark")
    case = cases.move(by=worked, case=case, move="start")
    case = cases.move(by=colleague(town, 5, "field"), case=case, move="finish", values={"photo": [photo(27)]})
    case = cases.move(by=colleague(town, 6, "clerk"), case=case, move="close")
    actions.answer_closing(by=town.named("resident"), case=case, answer="not-solved", reason="Dark")
    audited = Audit.objects.get()
    with pytest.raises(NotAllowed, match="worked on"):
        actions.record_audit(by=worked, audited=audited, failed=False, note="Fine")
    client.force_login(town.head.user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    listed = " ".join(client.get("/desk/reports/audits/").content.decode().split())
    assert f"{case.service.current.content['definition']['name']['en']}, {case.area.name}" in listed
    assert case.reference in listed
    assert "disputed for the second time" in listed
    address = reverse("reports:desk-audit", args=[audited.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"finding": "passed", "note": ""}).status_code == 422
    assert client.post(address, {"finding": "passed", "note": "It shines."}).status_code == 303
    assert Audit.objects.get().result == "passed"
