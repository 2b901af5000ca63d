"""Versions are created only for changed definitions, are complete, and are immutable."""

import json

import pytest
from django.db import IntegrityError, connection, transaction

from kini.core.actors import Actor, ActorKind, NotAllowed, system
from kini.core.config_files import ConfigErrors
from kini.core.models import AuditEntry
from kini.services.actions import load_services
from kini.services.loader import read_pack
from kini.services.models import FlowEdge, Service, ServiceVersion
from kini.services.queries import active_service
from kini.services.snapshots import ServiceSnapshot, build_snapshot, content_digest, snapshot_of
from tests.city.conftest import JAKARTA
from tests.services.pack_folder import PARTY

BY = system("tests")


def load():
    return load_services(by=BY)


def test_a_first_load_makes_versions_with_the_edges_of_their_flows(loaded_town):
    loaded = load()
    assert loaded.changed == ["street-party"]
    party = active_service("street-party")
    assert (party.category, party.kind, party.agency_id, party.current.number) == ("streets", "application", "obras", 1)
    edges = set(FlowEdge.objects.filter(version=party.current).values_list("state", "move", "next_state"))
    assert ("", "open", "check") in edges
    assert edges - {("", "open", "check")} == set(snapshot_of(party.current).flow.edges())
    assert ("decision", "withdraw", "withdrawn") in edges
    assert AuditEntry.objects.filter(action="services.loaded").count() == 1


def test_loading_again_changes_nothing(loaded_town):
    load()
    assert load().changed == []
    assert ServiceVersion.objects.count() == 1
    assert AuditEntry.objects.filter(action="services.loaded").count() == 1


def test_a_changed_file_is_a_new_version_and_the_old_one_reads_as_before(loaded_town):
    load()
    old = active_service("street-party").current
    loaded_town.replace(PARTY, "en: Will there be music?", "en: Is there music?")
    loaded_town.replace("flows/permit.yaml", "allow: allowed", "allow: {to: allowed, needs: [reason]}")
    assert load().changed == ["street-party"]
    new = active_service("street-party").current
    assert new.number == 2
    assert str(snapshot_of(old).fields["music"].label.in_language("en")) == "Will there be music?"
    assert snapshot_of(old).flow.states["decision"].moves["allow"].needs == []
    assert snapshot_of(new).fields["music"].label.in_language("en") == "Is there music?"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("blocks/contact.yaml", "en: Full name", "en: Your full name"),
        ("statements.yaml", "en: I declare", "en: I swear"),
        ("moves.yaml", "en: Allow", "en: Permit"),
        ("inputs.yaml", "en: Reason", "en: Why"),
        ("channels.yaml", "en: Town hall counter", "en: Counter of the town hall"),
        ("roles.yaml", "en: Head of division", "en: Head"),
    ],
)
def test_everything_that_a_service_uses_belongs_to_its_version(loaded_town, file, old, new):
    load()
    loaded_town.replace(file, old, new)
    assert load().changed == ["street-party"]


def test_a_file_that_changes_back_finds_its_old_version(loaded_town):
    load()
    loaded_town.replace(PARTY, "Street party}", "Party in the street}")
    load()
    loaded_town.replace(PARTY, "Party in the street}", "Street party}")
    assert load().changed == ["street-party"]
    assert active_service("street-party").current.number == 1
    assert ServiceVersion.objects.count() == 2


def test_a_vanished_service_is_withdrawn_and_can_come_back(loaded_town):
    load()
    text = (loaded_town.root / PARTY).read_text("utf-8")
    (loaded_town.root / PARTY).unlink()
    loaded_town.replace("catalogue.yaml", "popular: [street-party]\nquick: [street-party]", "popular: []")
    loaded_town.replace("catalogue.yaml", ", order: [street-party]", "")
    assert load().withdrawn == ["street-party"]
    with pytest.raises(Service.DoesNotExist):
        active_service("street-party")
    loaded_town.write(PARTY, text)
    load()
    assert active_service("street-party").current.number == 1


def test_a_pack_with_faults_changes_nothing(loaded_town):
    load()
    loaded_town.replace(PARTY, "Street party}", "Party in the street}")
    loaded_town.replace("flows/permit.yaml", "by: clerk", "by: nobody")
    with pytest.raises(ConfigErrors):
        load()
    assert ServiceVersion.objects.count() == 1


def test_only_commands_load(loaded_town):
    with pytest.raises(NotAllowed):
        load_services(by=Actor(ActorKind.OFFICER, 1))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE services_serviceversion SET content = '{}'",
        "UPDATE services_serviceversion SET digest = 'x'",
        "DELETE FROM services_serviceversion",
        "UPDATE services_flowedge SET next_state = 'allowed'",
        "DELETE FROM services_flowedge",
    ],
)
def test_the_database_refuses_to_change_a_version(loaded_town, statement):
    load()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_version_is_whole_and_survives_being_stored():
    """Round trip of every service of Jakarta through JSON."""
    pack = read_pack(JAKARTA)
    for each in pack.services.values():
        snapshot = build_snapshot(pack, each)
        content = json.loads(json.dumps(snapshot.content()))
        again = ServiceSnapshot.model_validate(content)
        assert again == snapshot, each.id
        assert content_digest(again.content()) == content_digest(content), each.id
        keys = [page.key for page in snapshot.pages]
        assert len(keys) == len(set(keys)), each.id


def test_documents_are_pages_and_conditions_on_the_same_page_part_it(town):
    town.replace(
        PARTY,
        "attach:",
        """  - page: {pt: Música, en: Music}
    when: {music: true}
    fields:
      loud: {type: boolean, label: {pt: Alta?, en: Loud?}}
      until: {type: time, label: {pt: Até quando?, en: Until when?}, when: {loud: true}}
      band: {type: text, label: {pt: Banda, en: Band}}
attach:""",
    )
    pack = read_pack(town.root)
    snapshot = build_snapshot(pack, pack.services["street-party"])
    assert [(page.key, list(page.fields)) for page in snapshot.pages] == [
        ("full-name", ["full_name", "tax_number", "phone"]),
        ("place", ["place", "day", "music"]),
        ("loud", ["loud", "band"]),
        ("until", ["until"]),
        ("doc-plan", ["plan"]),
    ]
    plan = snapshot.pages[-1].fields["plan"]
    assert plan.statement_text.in_language("en").startswith("I declare")
    assert snapshot.channels["town-hall"].name.in_language("en") == "Town hall counter"
    assert snapshot.moves["allow"].in_language("en") == "Allow"
    assert snapshot.roles["clerk"].in_language("en") == "Counter clerk"
    assert list(snapshot.inputs) == ["reason"]
