"""Export of all data about a person as a ZIP file: data.json for machines, data.pdf for reading, uploaded files."""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kini.city.public import pack, privacy
from kini.core import crypto, current_time, files
from kini.documents.public import typesetting
from kini.people.public import DataSubject, PersonalDataCategory, PersonalFile, personal_data_categories
from kini.web import formats

TEMPLATE = "privacy-export"
#: Total size of included files; others are listed, and can be downloaded on the pages of their cases.
MOST_FILE_BYTES = 100_000_000
LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class CategoryRecords:
    """One category of personal data with its records."""

    data: PersonalDataCategory
    records: list[dict[str, Any]]


def build_export(person: DataSubject, *, with_files: bool) -> bytes:
    """Build the ZIP file, in the person's language."""
    with translation.override(person.user.language or pack.current().languages[0]):
        categories = [
            CategoryRecords(each, [dict(record) for record in each.records(person)])
            for each in personal_data_categories
        ]
        added, left_out = _chosen(person) if with_files else ([], [])
        with tempfile.TemporaryFile() as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                _write(archive, person, categories, added, left_out)
            return _content(file)


def export_context(key: UUID) -> str:
    """Encryption context of the stored file of an export."""
    return f"export:{key}"


def read_export(sha256: str, key: UUID) -> bytes:
    """Decrypt and return the ZIP file of an export.

    Raises:
        FileNotFoundError: if it was deleted.
        DecryptionError: if it was tampered with.
    """
    with files.open_stored(sha256) as file:
        return crypto.decrypt(file.read(), export_context(key))


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _write(
    archive: zipfile.ZipFile,
    person: DataSubject,
    categories: list[CategoryRecords],
    added: list[PersonalFile],
    left_out: list[PersonalFile],
) -> None:
    machine = json.dumps(_as_json(person, categories, left_out), ensure_ascii=False, indent=1, default=_plain)
    archive.writestr("data.json", machine)
    archive.writestr("data.pdf", _as_pdf(person, categories, left_out))
    for each in added:
        with files.open_stored(each.sha256) as content:
            archive.writestr(f"files/{each.name}", content.read(), zipfile.ZIP_STORED)


def _chosen(person: DataSubject) -> tuple[list[PersonalFile], list[PersonalFile]]:
    """Split files into those included, and those left out as too large, missing or damaged."""
    added, left_out, size = list[PersonalFile](), list[PersonalFile](), 0
    for each in _files(person):
        size += each.size
        fits = size <= MOST_FILE_BYTES and files.is_intact(each.sha256)
        (added if fits else left_out).append(each)
    return added, left_out


def _files(person: DataSubject) -> Iterator[PersonalFile]:
    for category in personal_data_categories:
        yield from category.files(person)


def _as_json(person: DataSubject, categories: list[CategoryRecords], left_out: list[PersonalFile]) -> dict[str, Any]:
    return {
        "format": "kini-personal-data-1",
        "made_at": current_time.now(),
        "city": str(pack.current().name),
        "address": settings.ENV.address,
        "account": person.user.pk,
        "categories": {
            each.data.name: {
                "label": each.data.label,
                "purpose": each.data.purpose,
                "legal_basis": each.data.basis.value,
                "seen_by": each.data.seen_by,
                "records": each.records,
            }
            for each in categories
        },
        "files_left_out": [each.name for each in left_out],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)  # lazy texts


def _as_pdf(person: DataSubject, categories: list[CategoryRecords], left_out: list[PersonalFile]) -> bytes:
    controller = privacy.current()
    title = _("Everything that is held about you")
    notice = f"{settings.ENV.address}/privacy/"
    data = typesetting.layout_data(typesetting.brand_colour(), translation.get_language() or "en") | {
        "title": title,
        "agency": str(controller.controller) if controller else str(pack.current().name),
        "city": str(pack.current().name),
        "number": formats.moment(current_time.now()),
        "address": notice,
        "about": _("This copy was made on %(moment)s for account %(account)d.")
        % {"moment": formats.moment(current_time.now()), "account": person.user.pk},
        "categories": [_section(each) for each in categories],
        "left_out": [each.name for each in left_out],
        "labels": {
            "nothing": _("Nothing is held here."),
            "purpose": _("What for"),
            "seen_by": _("Who sees it"),
            "left_out": _("Too large for this copy; download them on the pages of your requests"),
            "notice": _("How the city treats your data"),
        },
    }
    return typesetting.render_pdf(pack.current().root, TEMPLATE, data, current_time.now())


def _section(each: CategoryRecords) -> dict[str, Any]:
    return {
        "label": str(each.data.label),
        "purpose": str(each.data.purpose),
        "seen_by": str(each.data.seen_by),
        "records": [_rows(each.data, record) for record in each.records],
    }


def _rows(data: PersonalDataCategory, record: dict[str, Any]) -> list[dict[str, str]]:
    shown = ((label, _words(record.get(name))) for name, label in data.fields.items())
    return [{"label": str(label), "text": text} for label, text in shown if text]


def _words(value: Any) -> str:
    match value:
        case None | "" | []:
            return ""
        case datetime():
            return formats.moment(value)
        case date():
            return formats.day(value)
        case list():
            return "\n".join(filter(None, map(_words, value)))
        case Promise() | str():
            return str(value)[:LONGEST_TEXT]
        case int() | float():
            return formats.number(value)
    return str(value)
