"""API of hospital beds: hospitals send their counts, everybody reads the current ones."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Query
from pydantic import AwareDatetime, Field

from kini.api.auth import Scope, principal_of
from kini.api.operations import In, Named, Out, Router
from kini.api.problems import Problem, Wrong
from kini.city import queries as city
from kini.city.public import geocoding
from kini.core.geometry import Point
from kini.epidemic.prevention import actions, beds
from kini.epidemic.prevention.actions import BedCount
from kini.epidemic.prevention.bed_types import beds_file
from kini.people.public import token_auth

router = Router()
SCOPE = Scope("beds:write", gettext_lazy("Report free beds of your hospital in your name"), officers=True)
WRITE = token_auth.RequireScope(SCOPE.name)
MOST_TYPES = 60
Count = Annotated[int, Field(ge=0, le=10_000)]


class BedsIn(In):
    """Beds of a type at one hospital."""

    type: str = Field(max_length=60, description="Type of bed, or the code of the hospital's own system for it.")
    beds: Count = Field(description="Beds that can be occupied.")
    available: Count = Field(description="Free of them.")
    queue: Count = Field(0, description="People who wait for one.")


class BedReportIn(In):
    """Beds of a hospital as counted at a moment. The same report may be sent again."""

    counted_at: AwareDatetime = Field(description="When they were counted.")
    beds: list[BedsIn] = Field(min_length=1, max_length=MOST_TYPES)


class BedReportOut(Out):
    """Result of a report: the number of counts that are new."""

    new: int


class BedsOut(Out):
    """Current beds of a type at one hospital; `old`: too old to rely on."""

    type: Named
    beds: int
    available: int
    queue: int
    counted_at: datetime
    old: bool


class HospitalOut(Out):
    """A hospital with its current beds."""

    id: str
    name: str
    area: Named
    latitude: float = Field(description="WGS 84.")
    longitude: float
    phone: str
    metres: int | None = Field(description="Distance from the given point.")
    beds: list[BedsOut]


class HospitalsOut(Out):
    """Hospitals: those with a free bed first."""

    items: list[HospitalOut]


@router.post("/hospitals/{hospital}/beds", needs=WRITE, key="optional")
def report_hospital_beds(request: HttpRequest, hospital: str, body: BedReportIn) -> BedReportOut:
    """Report the beds of a hospital. A correction is a report with a later `counted_at`."""
    facility = next((each for each in city.facilities(beds.HOSPITAL) if each.pk == hospital), None)
    if facility is None:
        raise Problem(404, _("There is no hospital with this id. Ask the health agency for it."))
    counts = [BedCount(each.type, each.beds, each.available, each.queue) for each in body.beds]
    by = principal_of(request).actor
    return BedReportOut(
        new=actions.report_beds(by=by, facility=facility, counts=counts, counted_at=body.counted_at, source="api")
    )


@router.get("/hospitals/beds")
def list_hospital_beds(
    request: HttpRequest,
    bed_type: Annotated[
        str, Query("", max_length=60, alias="type", description="Only hospitals with beds of this type.")
    ],
    near: Annotated[str, Query("", max_length=60, description="A point as latitude,longitude (WGS 84).")],
) -> HospitalsOut:
    """List the hospitals that report beds: those with a free bed first, the nearest first."""
    return HospitalsOut(items=[_hospital(each) for each in beds.hospital_beds(bed_type, _point(near))])


def _point(text: str) -> Point | None:
    if not text:
        return None
    latitude, _comma, longitude = text.partition(",")
    point = geocoding.parse_point({"lat": latitude, "lon": longitude})
    if point is None:
        detail = _("Write a point as latitude,longitude, for example -6.2,106.83.")
        raise Problem(422, detail, "invalid", (Wrong(parameter="near", detail=detail),))
    return point


def _hospital(each: beds.HospitalBeds) -> HospitalOut:
    known = beds_file()
    assert known is not None
    latitude, longitude = each.position
    return HospitalOut(
        id=each.facility.pk,
        name=str(each.facility),
        area=Named(id=each.facility.area_id, name=each.facility.area.name),
        latitude=latitude,
        longitude=longitude,
        phone=each.phone,
        metres=None if each.metres is None else round(each.metres),
        beds=[
            BedsOut(
                type=Named(id=figure.report.bed_type, name=str(figure.bed_type.name)),
                beds=figure.report.beds,
                available=figure.report.available,
                queue=figure.report.queue,
                counted_at=figure.report.counted_at,
                old=figure.old,
            )
            for figure in each.figures
        ],
    )
