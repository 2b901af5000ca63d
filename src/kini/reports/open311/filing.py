"""Filing of requests and updates: the form of GeoReport v2 becomes the answers of a report.

Name, address of mail, account and device of the person are not kept: the person follows the request by its number.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from kini.cases.models import Case
from kini.city import queries as city
from kini.core import attempt_limits, current_time, upload_quotas
from kini.core.actors import ActionRefused, system
from kini.core.client_address import client_network
from kini.core.files import Upload
from kini.reports import actions, queries
from kini.reports.models import Open311Client, RequestUpdate
from kini.reports.open311.service_attributes import Open311Service, answers_of, service_by_code
from kini.reports.open311.wire_format import Open311Error
from kini.services.public import json_answers, questions

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
LONGEST_DESCRIPTION, LONGEST_URL, LONGEST_KEY, LONGEST_ADDRESS = 4000, 1000, 200, 240
LONGEST_UPDATE_ID = 120
MOST_PHOTOS = 3
#: Requests of one client, and wrong keys from one network.
CLIENT_LIMIT = attempt_limits.Limit("reports.open311", count=300, seconds=60)
KEY_LIMIT = attempt_limits.Limit("reports.open311-key", count=60, seconds=3600)


def parameter(request: HttpRequest, name: str) -> str:
    """Parameter of the form or the address; one that is empty counts as absent."""
    return (request.POST.get(name, "") or request.GET.get(name, "")).strip()


def client_of(request: HttpRequest) -> Open311Client | None:
    """Client whose key came with the request; None without a key.

    Raises:
        Open311Error: the key is wrong or revoked.
    """
    key = parameter(request, "api_key")
    if not key:
        return None
    client = queries.open311_client(key[:LONGEST_KEY])
    if client is None:
        if not attempt_limits.try_consume(KEY_LIMIT, client_network(request)):
            raise Open311Error(429, _("Too many attempts with a wrong api_key. Try again in an hour."))
        raise Open311Error(403, _("This api_key is not valid."))
    return client


def file_request(request: HttpRequest) -> Case:
    """Open the report that a form describes, once.

    Raises:
        Open311Error: with everything that is wrong.
    """
    client = _writing_client(request)
    code = parameter(request, "service_code")
    if not code:
        raise Open311Error(400, _("service_code is missing."))
    service = service_by_code(code)
    answers, errors = _answers(request, service)
    media_url, key = _media_url(request, errors), request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        errors.append(_("An Idempotency-Key has at most %(most)d characters.") % {"most": LONGEST_KEY})
    uploads = [file for name in ("media", "media[]") for file in request.FILES.getlist(name)]
    if uploads and (not service.photos or len(uploads) > MOST_PHOTOS):
        errors.append(_("Send at most %(most)d photos.") % {"most": MOST_PHOTOS if service.photos else 0})
    if errors:
        raise Open311Error(400, *errors)
    try:
        upload_quotas.count_uploads(request, uploads, user=None)
        return actions.file_request(
            by=system("open311"),
            client=client,
            version=service.version,
            answers=answers,
            content=_content(code, answers, media_url, uploads),
            photos=(service.photos, uploads),
            media_url=media_url,
            idempotency_key=key,
        )
    except ActionRefused as refusal:
        raise Open311Error(400, str(refusal)) from refusal


def file_update(request: HttpRequest, at: datetime | None) -> RequestUpdate:
    """Take what somebody added to a request of this client, once. Name and address of mail are not kept.

    Raises:
        Open311Error: with everything that is wrong.
    """
    client, errors = _writing_client(request), list[str]()
    update_id, reference = parameter(request, "update_id"), parameter(request, "service_request_id")
    description, media_url = parameter(request, "description"), _media_url(request, errors)
    if not 0 < len(update_id) <= LONGEST_UPDATE_ID:
        errors.append(_("update_id is missing, or longer than %(most)d characters.") % {"most": LONGEST_UPDATE_ID})
    if len(description) > LONGEST_DESCRIPTION:
        errors.append(_("description has at most %(most)d characters.") % {"most": LONGEST_DESCRIPTION})
    if errors:
        raise Open311Error(400, *errors)
    filed = client.requests.filter(case__reference=reference, case__anonymised_at=None).first()
    if filed is None:
        raise Open311Error(404, _("This api_key filed no request %(id)s.") % {"id": reference})
    try:
        return actions.file_update(
            by=system("open311"),
            request=filed,
            update_id=update_id,
            at=at or current_time.now(),
            description=description,
            media_url=media_url,
        )
    except ActionRefused as refusal:
        raise Open311Error(400, str(refusal)) from refusal


def _writing_client(request: HttpRequest) -> Open311Client:
    """Client that sends a form, within its limit.

    Raises:
        Open311Error: there is no key, no form, or there are too many.
    """
    client = client_of(request)
    if client is None:
        raise Open311Error(403, _("An api_key is needed to file a request."))
    if request.content_type not in FORMS:
        raise Open311Error(400, _("Send a form: Content-Type application/x-www-form-urlencoded; charset=utf-8."))
    if not attempt_limits.try_consume(CLIENT_LIMIT, str(client.pk)):
        raise Open311Error(429, _("Too many requests with this api_key. Try again in a minute."))
    return client


def _media_url(request: HttpRequest, errors: list[str]) -> str:
    media_url = parameter(request, "media_url")
    if media_url and (len(media_url) > LONGEST_URL or not media_url.startswith(("https://", "http://"))):
        errors.append(_("media_url must be an address of at most %(most)d characters.") % {"most": LONGEST_URL})
    return media_url


def _answers(request: HttpRequest, service: Open311Service) -> tuple[dict[str, Any], list[str]]:
    """Valid answers, and what is wrong."""
    description = parameter(request, "description")
    errors = []
    if len(description) > LONGEST_DESCRIPTION:
        errors.append(_("description has at most %(most)d characters.") % {"most": LONGEST_DESCRIPTION})
    raw = answers_of(service, _attributes(request.POST))
    if service.words:
        raw[service.words] = description[:LONGEST_DESCRIPTION] or str(service.snapshot.definition.name)
    phone = service.snapshot.fields.get(service.phone)
    if phone and phone.optional and parameter(request, "phone").startswith("+"):
        raw[service.phone] = parameter(request, "phone")
    place = _place(request)
    if place is None:
        errors.append(_("Send lat and long, an address_string that ends with the area, or an address_id of an area."))
    else:
        raw[service.place] = place
    parsed = json_answers.parse_json_answers(service.snapshot, raw, {}, {})
    if service.phone in parsed.errors:  # the person may be asked for it, and never has to give it
        del parsed.errors[service.phone]
    errors += [f"{_named(service, name)}: {error}" for name, error in parsed.errors.items()]
    if not parsed.errors:
        pages = questions.applicable_pages(service.snapshot, parsed.values, {})
        missing = json_answers.missing_answers(pages, parsed.values)
        errors += [f"attribute[{name}]: {words}" for name, words in missing if name in service.attributes]
    return {name: value for name, value in parsed.values.items() if value is not None}, errors


def _named(service: Open311Service, name: str) -> str:
    if name == service.place:
        return "lat, long"
    return "description" if name == service.words else f"attribute[{name}]"


def _attributes(form: MultiValueDict[str, str]) -> dict[str, list[str]]:
    """Values of `attribute[CODE]` and `attribute[CODE][]` by code."""
    attributes: dict[str, list[str]] = {}
    for name, values in form.lists():
        if name.startswith("attribute["):
            attributes.setdefault(name.removeprefix("attribute[").partition("]")[0], []).extend(values)
    return attributes


def _place(request: HttpRequest) -> dict[str, Any] | None:
    """Answer about the place: a point, an address whose last part names an area, or an area."""
    latitude, longitude = parameter(request, "lat"), parameter(request, "long")
    address = parameter(request, "address_string")[:LONGEST_ADDRESS]
    if latitude and longitude:
        try:
            return {"lat": float(latitude), "lon": float(longitude), "text": address}
        except ValueError:
            return None
    area = city.area(parameter(request, "address_id")[:20]) if parameter(request, "address_id") else None
    area = area or (city.area_by_name(address.rpartition(",")[2]) if address else None)
    return {"text": address or area.name, "area": area.code} if area else None


def _content(code: str, answers: dict[str, Any], media_url: str, uploads: list[Upload]) -> bytes:
    """Everything that makes two requests the same one; points within a metre are."""
    same = {
        name: {**value, **{part: round(value[part], 5) for part in ("lat", "lon")}}
        if isinstance(value, dict) and "lat" in value
        else value
        for name, value in answers.items()
    }
    photos = [hashlib.file_digest(each, "sha256").hexdigest() for each in uploads]
    for each in uploads:
        each.seek(0)
    return json.dumps([code, same, media_url, photos], sort_keys=True).encode()
