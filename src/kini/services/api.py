"""Public API of the service catalogue: list, details, and questions as JSON Schema."""

import json

from django.http import HttpRequest, HttpResponse
from ninja import Query
from pydantic import Field

from kini.api import pagination
from kini.api.operations import Named, Out, Router
from kini.api.pagination import Cursor, Limit, Page
from kini.core.localized_text import Text
from kini.people.public import assurance_levels
from kini.services import answers_schema, queries
from kini.services import search as searching
from kini.services.fields.uploads import DocumentField
from kini.services.kinds import kinds
from kini.services.models import Service, ServiceVersion
from kini.services.queries import ServiceCard
from kini.services.schema import Fee, Target
from kini.services.snapshots import ServiceSnapshot, snapshot_of

router = Router()
SCHEMA = "application/schema+json"


class Cost(Out):
    """Fee in whole units of the city's currency; null if it varies."""

    amount: int | None
    confirmed: bool


class Promise(Out):
    """Time limit for completion."""

    amount: int
    unit: str = Field(description="minutes, hours, working_hours, days, working_days or months")
    confirmed: bool


class ServiceLine(Out):
    """A service in a list."""

    id: str
    name: str
    summary: str
    category: str
    available: bool = Field(description="Whether applications can be started here.")


class ServiceOut(ServiceLine):
    """Details of a service."""

    kind: str
    version: int
    agency: Named
    for_whom: str
    fee: Cost
    target: Promise | None
    gives: str
    documents: list[str] = Field(description="Documents to upload with the answers.")
    bring: list[str] = Field(description="Things to bring to the appointment.")
    past: str | None = Field(description="Period in which it was offered, if it is no longer available.")
    needs_sign_in: bool = Field(description="False: guests may apply without a token.")
    assurance: assurance_levels.Level = Field(
        description="Required identity assurance: typed, counter (identity card shown) or register."
    )
    confirmed: bool = Field(description="False: the city has not confirmed these details yet.")


@router.get("/services")
def list_services(
    request: HttpRequest,
    search: str = Query(
        "", max_length=searching.MAX_QUERY_LENGTH, description="Everyday words; the best match comes first."
    ),
    category: str = Query("", max_length=60),
    event: str = Query("", max_length=60, description="A life event of the catalogue."),
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Page[ServiceLine]:
    """List the city's services by name, or search them, best match first."""
    start = max(0, (pagination.decode_cursor(cursor, int) or [0])[0])
    cards = _matching_cards(search, category, event)[start : start + limit + 1]
    return Page[ServiceLine](
        **pagination.page_members(cards, limit, _line, lambda _card: pagination.encode_cursor(start + limit))
    )


@router.get("/services/{service}")
def read_service(request: HttpRequest, service: str) -> ServiceOut:
    """Get the details of one service: eligibility, fee, duration, documents."""
    row, version = _service(service)
    snapshot = snapshot_of(version)
    kind = kinds.find(row.kind)
    definition = snapshot.definition
    return ServiceOut(
        id=row.pk,
        name=str(definition.name),
        summary=str(definition.summary),
        category=row.category,
        available=kind is not None and kind.has_cases,
        kind=row.kind,
        version=version.number,
        agency=Named(id=row.agency_id, name=str(Text.model_validate(row.agency.name))),
        for_whom=str(definition.for_),
        fee=_cost(definition.fee),
        target=_promise(definition.target),
        gives=str(definition.gives.name),
        documents=_documents(snapshot),
        bring=[str(thing) for thing in definition.bring],
        past=str(definition.past) if definition.past else None,
        needs_sign_in=kind is None or kind.sign_in == "required",
        assurance=definition.assurance or "typed",
        confirmed=definition.confidence != "low",
    )


@router.get("/services/{service}/questions", media=SCHEMA)
def read_questions(request: HttpRequest, service: str) -> HttpResponse:
    """Get a service's questions as JSON Schema (draft 2020-12) of the member `answers` of drafts and cases."""
    _row, version = _service(service)
    schema = answers_schema.questions_schema(snapshot_of(version), version.number)
    return HttpResponse(json.dumps(schema, ensure_ascii=False), content_type=SCHEMA)


def _service(service: str) -> tuple[Service, ServiceVersion]:
    row = queries.active_service(service)
    if row.current is None:
        raise Service.DoesNotExist
    return row, row.current


def _matching_cards(words: str, category: str, event: str) -> list[ServiceCard]:
    cards = queries.cards_of(searching.search(words, limit=100)) if words.strip() else queries.all_cards()
    wanted = {card.id for card in queries.cards_of_event(event)} if event else None
    return [
        card for card in cards if (not category or card.category == category) and (wanted is None or card.id in wanted)
    ]


def _line(card: ServiceCard) -> ServiceLine:
    words = {"name": str(card.name), "summary": str(card.summary)}
    return ServiceLine(id=card.id, category=card.category, available=card.opens, **words)


def _cost(fee: Fee) -> Cost:
    return Cost(amount=fee.amount, confirmed=fee.confidence != "low")


def _promise(target: Target | None) -> Promise | None:
    if target is None:
        return None
    return Promise(amount=target.amount, unit=target.unit, confirmed=target.confidence != "low")


def _documents(snapshot: ServiceSnapshot) -> list[str]:
    fields = snapshot.fields.values()
    return [str(field.label) for field in fields if isinstance(field, DocumentField)]
