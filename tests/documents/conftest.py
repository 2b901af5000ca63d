"""A second type of signed document, registered in these tests only: certificates of volunteers, about no case."""

import dataclasses
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Q
from pytest_django import Settings

from kini.city.models import Agency
from kini.core import current_time, retention
from kini.core.actors import Actor, ActorKind, NotAllowed, system
from kini.core.retention import YEAR
from kini.documents import actions, signing_keys
from kini.documents.document_types import DocumentRetention, DocumentType, document_types
from kini.documents.environment import DocumentsEnvironment
from kini.documents.models import SignedDocument
from kini.documents.retention import register_document_type
from kini.documents.rules import ContentRow, DocumentContent
from tests.cases.town import PACK
from tests.environment import replace
from tests.people.conftest import agency as agency

BY = system("tests")
TYPE, RULE = "tests.certificate", "tests.certificates"
COORDINATOR = Actor(ActorKind.OFFICER, 7, "Coordinator")
STRANGER = Actor(ActorKind.OFFICER, 8, "Stranger")
TEMPLATE = """
#import "layout.typ": letter, rows
#let data = json("data.json")
#show: letter.with(data)
The city thanks for this work:
#rows(data.rows)
"""
CONTENT = DocumentContent(
    title="Sertifikat relawan",
    service="Volunteers",
    agency="Dinas Catatan",
    unit="",
    decider="",
    city="Teluk Contoh",
    dated="1 Desember 2026",
    until="1 Desember 2027",
    rows=(ContentRow("name", "Nama", "Sukarelawan Contoh"), ContentRow("hours", "Jam", "12")),
)


@dataclass
class Certificates(DocumentType):
    """Certificates of volunteers' hours; what the room is told is recorded here."""

    readers: set[int | None] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    told: list[tuple[str, str]] = field(default_factory=list)

    title = "Certificate"
    causes = {"fraud": "The hours were not worked."}
    retention = DocumentRetention(RULE, "Certificates of volunteers", "Volunteers may prove their work", 3 * YEAR)

    def authorize(self, *, by: Actor, subject: str) -> None:
        if by.kind is not ActorKind.SYSTEM and by != COORDINATOR:
            raise NotAllowed("Only the coordinator can do this.")

    def authorize_read(self, *, by: Actor, document: SignedDocument) -> None:
        if by.user_id not in self.readers:
            raise NotAllowed("This certificate is not yours.")

    def on_hold(self) -> Q:
        return Q(subject__in=self.held)

    def public_content(self, document: SignedDocument, content: DocumentContent) -> DocumentContent:
        return dataclasses.replace(content, rows=tuple(row for row in content.rows if row.name != "name"))

    def signed(self, *, by: Actor, document: SignedDocument, pdf: bytes) -> None:
        assert pdf.startswith(b"%PDF-")
        self.told.append(("signed", document.subject))

    def withdrawn(self, *, by: Actor, document: SignedDocument) -> None:
        self.told.append((f"withdrawn: {document.cause}", document.subject))

    def content_removed(self, *, by: Actor, document: SignedDocument) -> None:
        self.told.append(("removed", document.subject))


@pytest.fixture(autouse=True)
def city(settings: Settings, var: Path, tmp_path: Path) -> Path:
    """A pack of this test's own, with the template `certificate`."""
    pack = tmp_path / "pack"
    shutil.copytree(PACK, pack)
    (pack / "letters").mkdir()
    (pack / "letters" / "certificate.typ").write_text(TEMPLATE, "utf-8")
    settings.CITY_PATH = pack
    settings.ENV = replace(
        settings.ENV, outbox=True, demo=False, address="https://kota.example", signing_keys=tmp_path / "signing"
    )
    return pack


@pytest.fixture
def certificates(monkeypatch: pytest.MonkeyPatch) -> Certificates:
    """The type, registered until the end of the test."""
    for registry in (document_types, retention.rules):
        monkeypatch.setattr(registry, "_items", dict(registry.items()))
    made = Certificates()
    register_document_type(TYPE, made)
    return made


@pytest.fixture
def folder(settings: Settings) -> Path:
    """Folder of keys, with one of the agency."""
    signing_keys.make_development_keys(DocumentsEnvironment.current().keys_folder, [("registry", "Catatan")])
    return DocumentsEnvironment.current().keys_folder


@pytest.fixture
def issue(certificates: Certificates, agency: Agency) -> Callable[..., SignedDocument]:
    """Issue a certificate, not signed yet."""

    def issued(subject: str = "shift:7", by: Actor = BY, **options: Any) -> SignedDocument:
        now = current_time.now()
        given = {"content": CONTENT, "issued_at": now, "valid_until": (now + YEAR).date()} | options
        return actions.issue_document(
            by=by, document_type=TYPE, subject=subject, template="certificate", language="id", agency=agency, **given
        )

    return issued


@pytest.fixture
def certificate(folder: Path, issue: Callable[..., SignedDocument]) -> SignedDocument:
    """A signed certificate."""
    return actions.sign_document(by=BY, document=issue())
