"""`./kini rotate-keys` after both rings got a new first key: everything reads, is found and verifies as before."""

from argparse import Namespace

import pytest
from pytest_django.fixtures import Settings

from kini.cases import actions, timeline
from kini.cases.models import Case
from kini.cli import rotate_keys
from kini.people import encrypted_fields, queries
from kini.people.models import Resident
from kini.people.rules import NationalId
from kini.services.models import ServiceVersion
from tests.cases.town import Town, filled
from tests.environment import replace

NIK = "3171014407900004"
NEW = "new:bmV3LWtleS1vZi0zMi1ieXRlcy1sb25nLi4uLi4uLi4="


def test_the_verb_renews_what_it_can_and_the_rest_still_verifies(
    transactional_db: None,
    town: Town,
    permit: ServiceVersion,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Low 14, from end to end."""
    encrypted_fields.set_national_id(town.resident, NationalId(NIK))
    town.resident.save()
    before = encrypted_fields.hash_national_id(NIK)
    by = town.named("resident")
    case = actions.submit(by=by, draft=filled(by, permit, town.resident), confirm=True)
    env = settings.ENV
    settings.ENV = replace(env, data_keys=f"{NEW},{env.data_keys}", hash_key=f"{NEW},old:{env.hash_key}")
    assert rotate_keys.run(Namespace()) == 0
    assert "1 identity numbers" in capsys.readouterr().out
    settings.ENV = replace(settings.ENV, data_keys=NEW)
    resident = Resident.objects.get(pk=town.resident.pk)
    assert (queries.resident_by_number(NIK), encrypted_fields.decrypt_field(resident, "national_id_sealed")) == (
        resident,
        NIK,
    )
    assert bytes(resident.national_id_hash or b"") != before
    assert timeline.verify_case(Case.objects.get(pk=case.pk)) == []
    settings.ENV = replace(settings.ENV, hash_key=NEW)
    assert queries.resident_by_number(NIK) == resident
    assert "entry 1 was changed" in timeline.verify_case(Case.objects.get(pk=case.pk))
