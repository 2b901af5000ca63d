"""A made-up town for the tests of cases: services written here as data, people, and shortcuts for what they do."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pydantic import TypeAdapter

from kini.cases import actions
from kini.cases.models import Case, Draft
from kini.city.city_cache import AUDIT_SUBJECT as TABLES
from kini.city.models import Agency, Area, Unit
from kini.core import audit
from kini.core.actors import Actor, ActorKind, system
from kini.core.config_files import SourceFile
from kini.core.localized_text import Text
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.contacts import Contact
from kini.people.models import Officer, Resident
from kini.people.roles import load_roles
from kini.people.rules import NationalId
from kini.services.catalogue import Catalogue
from kini.services.flows import Flow
from kini.services.models import FlowEdge, Service, ServiceVersion
from kini.services.pack_files import ServiceFile, ServicePack
from kini.services.queries import AUDIT_SUBJECT as SERVICES
from kini.services.schema import AnyField, Channel, Definition, Statement
from kini.services.snapshots import build_snapshot, content_digest
from tests.cases import flows

PACK = Path(__file__).parent / "pack"
BY = system("tests")
NIK = "3171014407900004"

INPUTS = {
    "message": {"type": "longtext", "label": "Message"},
    "reason": {"type": "longtext", "label": "Reason"},
    "photo": {"type": "photo", "label": "Photo", "max": 2},
    "eta": {"type": "integer", "label": "Minutes", "min": 1, "unit": "minutes"},
}

#: A service that asks for everything that matters here: a name that the profile knows, a number, a place, a paper.
PERMIT: dict[str, Any] = {
    "kind": "application",
    "name": {"id": "Izin lapak", "en": "Stall permit"},
    "summary": "A permit to sell on the pier.",
    "agency": "registry",
    "for": "Everybody.",
    "ask": [
        {"fields": {"name": {"type": "text", "label": "Your name", "profile": "name"}}},
        {"fields": {"nik": {"type": "nik", "label": "Number", "profile": "national_id"}}},
        {"fields": {"goods": {"type": "choice", "label": "Goods", "options": {"fish": "Fish", "fruit": "Fruit"}}}},
        {"fields": {"boat": {"type": "text", "label": "Boat", "when": {"goods": "fish"}}}},
        {"fields": {"where": {"type": "area", "label": "Where?"}}},
    ],
    "attach": {"letter": {"label": "Letter of the harbour", "optional": True, "max": 2}},
    "flow": "flow",
    "target": {"working_days": 2, "confidence": "high"},
    "fee": "free",
    "gives": {"type": "document", "name": "Permit"},
}


def offer(service: str, definition: Mapping[str, Any], flow: Flow | None = None, number: int = 1) -> ServiceVersion:
    """Store a service with a version as the loader would."""
    written = Definition.model_validate(dict(definition))
    flow = flow or flows.flow()
    pack = ServicePack(PACK, ("id", "en"), Catalogue(categories={}), flows={"flow": flow})
    pack.roles = load_roles(PACK)
    pack.inputs = {name: TypeAdapter(AnyField).validate_python(each) for name, each in INPUTS.items()}
    pack.channels = {"hotline": Channel(name=Text("Hotline"), phone="112")}
    pack.statements = {"lost-letter": Statement(name=Text("Statement of loss"), text=Text("The letter is lost."))}
    pack.moves = {"accept": Text("Accept"), "ask": Text("Ask for more")}
    file = ServiceFile(service, "trade", written, SourceFile(f"services/trade/{service}.yaml", {}, {}))
    content = build_snapshot(pack, file).content()
    stored, _made = Service.objects.get_or_create(
        id=service, defaults={"category": "trade", "kind": written.kind, "agency_id": written.agency}
    )
    version = ServiceVersion.objects.create(
        service=stored, number=number, digest=content_digest(content), content=content
    )
    FlowEdge.objects.bulk_create(FlowEdge.of_version(version, flow))
    stored.current = version
    stored.save()
    audit.record(by=BY, action="services.loaded", subject=SERVICES)
    return version


def person(phone: str, name: str, area: Area | None = None) -> Resident:
    """Somebody with an account and a profile."""
    user = people_actions.open_account(by=BY, contact=Contact("phone", phone))
    resident = people_actions.ensure_resident(by=BY, user=user)
    details = people_actions.Details(name=name, address="Jl. Dermaga 1" if area else "", area=area)
    return people_actions.save_profile(by=BY, resident=resident, details=details)


def proved(resident: Resident, number: str = NIK) -> Resident:
    """The same person after the city has seen their card."""
    details = people_actions.Details(resident.name, NationalId(number), address=resident.address, area=resident.area)
    profile = people_actions.save_profile(by=BY, resident=resident, details=details)
    return people_actions.prove_at_counter(
        by=BY, resident=profile, document="identity-card", reason="Seen by the tests"
    )


def employed(phone: str, name: str, agency: Agency, *roles: str, area: Area | None = None) -> Officer:
    """An officer of an agency with roles."""
    user = people_actions.open_account(by=BY, contact=Contact("phone", phone))
    officer = people_actions.create_officer(by=BY, user=user, agency=agency, name=name)
    for role in roles:
        people_actions.grant_role(by=BY, officer=officer, role=role, area=area)
    return officer


def acting(who: Resident | Officer) -> Actor:
    """Somebody as one who acts."""
    if isinstance(who, Officer):
        return people_queries.officer_actor(who)
    return Actor(ActorKind.RESIDENT, who.user_id)


def guest(session: str = "a-browser") -> Actor:
    return Actor(ActorKind.GUEST, session=session)


ANSWERS: dict[str, dict[str, Any]] = {
    "nik": {"nik": NIK},
    "goods": {"goods": "fish"},
    "boat": {"boat": "Camar"},
    "where": {"where": "1.1.1"},
}


def filled(
    by: Actor, version: ServiceVersion, resident: Resident | None, pages: Mapping[str, Mapping[str, Any]] = ANSWERS
) -> Draft:
    """A draft with answers, by page."""
    draft = actions.start_draft(by=by, version=version, resident=resident)
    for page, values in pages.items():
        draft = actions.save_answers(by=by, draft=draft, page=page, values=values)
    return draft


def opened(
    by: Actor, version: ServiceVersion, resident: Resident | None, pages: Mapping[str, Mapping[str, Any]] = ANSWERS
) -> Case:
    """A case."""
    return actions.submit(by=by, draft=filled(by, version, resident, pages), confirm=True)


def photo(color: int = 1, *, taken: str = "", name: str = "foto.jpg") -> SimpleUploadedFile:
    """A JPEG; other colours are other pictures. `taken` is what it says of its time (EXIF form)."""
    picture = Image.new("RGB", (40, 30), (color % 256, color // 256 % 256, 90))
    exif = picture.getexif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
        exif[0x0132] = taken
    content = BytesIO()
    picture.save(content, "JPEG", exif=exif, quality=95)
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


@dataclass(frozen=True)
class Town:
    """The places and people of one test."""

    areas: dict[str, Area]
    registry: Agency
    roads: Agency
    resident: Resident
    neighbour: Resident
    clerk: Officer
    head: Officer

    def named(self, who: str) -> Actor:
        """The actor of that name among the people above."""
        return acting(getattr(self, who))


def build() -> Town:
    """Fill the tables."""
    whole = _area("1", "city", None, "Teluk Contoh", -6.20)
    quarter = _area("1.1", "quarter", whole, "Lingkungan Timur", -6.20)
    areas = {
        "whole": whole,
        "quarter": quarter,
        "pier": _area("1.1.1", "ward", quarter, "Kampung Dermaga", -6.10),
        "hill": _area("1.1.2", "ward", quarter, "Kampung Bukit", -6.30),
    }
    name = {"id": "Dinas Catatan", "en": "Registry"}
    registry = Agency.objects.create(id="registry", name=name, short_name="Catatan")
    roads = Agency.objects.create(id="roads", name={"id": "Dinas Jalan", "en": "Roads"}, short_name="Jalan")
    for agency in (registry, roads):
        for name in ("whole", "pier", "hill"):
            unit = f"{agency.pk}-{name}"
            Unit.objects.create(id=unit, agency=agency, area=areas[name], name={"en": unit}, phone="112")
    audit.record(by=BY, action="city.tables_loaded", subject=TABLES)
    return Town(
        areas,
        registry,
        roads,
        person("+6281234567890", "Warga Contoh", areas["hill"]),
        person("+6281234567891", "Tetangga Contoh"),
        employed("+6281200000001", "Petugas Berkas", registry, "clerk"),
        employed("+6281200000002", "Kepala Kantor", registry, "head"),
    )


def _area(code: str, level: str, parent: Area | None, name: str, latitude: float) -> Area:
    path, depth = (f"{parent.path}/{code}", parent.depth + 1) if parent else (code, 0)
    fields = {"level": level, "depth": depth, "name": name, "parent": parent, "path": path}
    return Area.objects.create(code=code, latitude=latitude, longitude=106.8, **fields)
