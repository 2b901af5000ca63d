"""The made-up town with a data protection office and privacy services."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from kini.cases import actions as case_actions
from kini.cases.models import Case
from kini.core import audit
from kini.people.models import Officer
from kini.people.roles import load_roles
from kini.services import builtin_services
from kini.services.catalogue import Catalogue
from kini.services.models import FlowEdge, Service, ServiceVersion
from kini.services.pack_files import ServicePack
from kini.services.queries import AUDIT_SUBJECT
from kini.services.snapshots import build_snapshot, content_digest
from tests.cases.conftest import permit as permit
from tests.cases.conftest import town as town
from tests.cases.desk.conftest import browse as browse
from tests.cases.town import BY, PACK, Town, employed
from tests.environment import replace

PRIVACY = """
controller: {id: Kota Contoh, en: Sample City}
agency: registry
role: data-protection-officer
appeal_role: boss
law: {id: UU PDP, en: The law}
contact: {name: {id: Petugas, en: Data protection officer}, email: data@kota.example}
authority: {name: {id: Lembaga, en: Authority}, how: {id: Tulis surat., en: Write a letter.}}
retention: {}
"""
ROLE = """
data-protection-officer:
  name: {id: Petugas data, en: Data protection officer}
  about: {id: Memutus permintaan tentang data., en: Decides on requests about data.}
  may: [see-cases, act, note, protect-data]
"""


@pytest.fixture(autouse=True)
def city(settings: Settings, var: Path, tmp_path: Path) -> Path:
    """A pack of this test that names a data protection officer."""
    pack = Path(shutil.copytree(PACK, tmp_path / "pack"))
    (pack / "privacy.yaml").write_text(PRIVACY, "utf-8")
    (pack / "roles.yaml").write_text((pack / "roles.yaml").read_text("utf-8") + ROLE, "utf-8")
    settings.CITY_PATH = pack
    settings.ENV = replace(settings.ENV, outbox=True, demo=False, address="https://kota.example")
    return pack


@pytest.fixture
def services(town: Town, city: Path) -> dict[str, ServiceVersion]:
    """The built-in services, stored by the loader."""
    pack = ServicePack(city, ("id", "en"), Catalogue(categories={}), roles=load_roles(city))
    builtin_services.add_builtin_services(pack)
    versions = {}
    for name, file in pack.services.items():
        content = build_snapshot(pack, file).content()
        fields = {"category": file.category, "kind": file.definition.kind, "agency_id": file.definition.agency}
        service = Service.objects.create(id=name, **fields)
        version = ServiceVersion.objects.create(
            service=service, number=1, digest=content_digest(content), content=content
        )
        FlowEdge.objects.bulk_create(FlowEdge.of_version(version, pack.flows[file.definition.flow or ""]))
        service.current = version
        service.save()
        versions[name] = version
    audit.record(by=BY, action="services.loaded", subject=AUDIT_SUBJECT)
    return versions


@pytest.fixture
def guardian(town: Town) -> Officer:
    """The data protection officer."""
    return employed("+6281200000009", "Petugas Data", town.registry, "data-protection-officer")


type Ask = Callable[..., Case]


@pytest.fixture
def ask(town: Town, services: Mapping[str, ServiceVersion]) -> Ask:
    """Open a request of the resident about their data."""

    def request(service: str, **answers: Any) -> Case:
        version = services[f"privacy-{service}"]
        by, resident = town.named("resident"), town.resident
        draft = case_actions.start_draft(by=by, version=version, resident=resident)
        draft = case_actions.update_answers(by=by, draft=draft, values=answers)
        return case_actions.submit(by=by, draft=draft, confirm=True)

    return request
