"""The loader reports every error of a pack with file, line, field and remedy."""

import pytest

from kini.core.config_files import ConfigError, ConfigErrors
from kini.services.loader import check_services, read_pack
from tests.city.conftest import JAKARTA
from tests.services.pack_folder import PARTY, PackFolder


def faults_of(town: PackFolder) -> list[ConfigError]:
    return check_services(town.root)


def test_sound_packs_have_no_faults(town):
    assert check_services(JAKARTA) == []
    assert faults_of(town) == []
    assert set(read_pack(town.root).services) == {"street-party"}


def test_a_service_that_a_life_event_orders_names_the_event_itself(town):
    town.replace(PARTY, "events: [moving-in]", "events: []")
    [fault] = faults_of(town)
    assert (fault.file, fault.field) == ("catalogue.yaml", "events.moving-in.order.0")
    assert "does not name this life event" in fault.message


def test_many_faults_in_many_files_are_told_at_once(town):
    town.replace(PARTY, "agency: obras", "agency: obra")
    town.replace(PARTY, "flow: permit", "flow: permits")
    town.replace(PARTY, "{type: boolean, ", "{type: bool, ")
    town.replace("moves.yaml", "allow:", "alow:")
    town.replace("channels.yaml", "place: counter", "place: counters")
    town.replace("inputs.yaml", "en: Reason", "")
    town.replace("statements.yaml", "  text:", "  texts:")
    errors = [(fault.file, fault.field) for fault in faults_of(town)]
    assert errors == [
        ("channels.yaml", "town-hall.place"),
        ("flows/permit.yaml", "states.decision.moves.allow"),
        ("inputs.yaml", "reason.label"),
        (PARTY, "ask.1.fields.music.type"),
        ("statements.yaml", "no-objection.texts"),
    ]
    town.replace(PARTY, "{type: bool, ", "{type: boolean, ")
    mended = [(fault.file, fault.field) for fault in faults_of(town)]
    assert (PARTY, "agency") in mended
    assert (PARTY, "flow") in mended


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "says"),
    [
        (PARTY, "agency: obras", "agency: obra", "agency", 'no agency "obra". Use one of: balcao, obras.'),
        (PARTY, "flow: permit", "flow: permits", "flow", 'no flow "permits". Use one of: permit.'),
        (PARTY, "flow: permit\n", "", "kind", "needs a flow"),
        (PARTY, "kind: application", "kind: applications", "kind", 'no kind "applications"'),
        (PARTY, "events: [moving-in]", "events: [moving]", "events.0", 'no life event "moving"'),
        ("catalogue.yaml", "order: [street-party]", "order: [party]", "events.moving-in.order.0", 'no service "party"'),
        (PARTY, "use: contact", "use: contacts", "ask.0.use", 'no block "contacts". Use one of: contact.'),
        (PARTY, "or: no-objection", "or: objection", "attach.plan.or", 'no statement "objection"'),
        (PARTY, "also: [town-hall]", "also: [hall]", "also.0", 'no channel "hall"'),
        (
            PARTY,
            "confidence: high}\nfee",
            "confidence: sure}\nfee",
            "target.confidence",
            "Use one of: high, medium, low",
        ),
        (PARTY, "working_days: 10,", "working_days: 10, days: 4,", "target", "give exactly one of"),
        (PARTY, "{amount: 15, ", "{", "fee", "a fee without an amount needs a note"),
        (PARTY, "name: {pt: Festa de rua, en: Street party}", "name: {pt: Festa de rua}", "name", "no text in en"),
        (PARTY, "en: Street party}", "en: Street party, de: Fest}", "name.de", '"de" is not a language of the city'),
        (PARTY, "attach:", "attached:", "attached", 'unknown key. Write "attach"'),
        (PARTY, "words:", "application: {speed: 3}\nwords:", "application.speed", "unknown key"),
        (PARTY, "{type: area, ", "{type: area, level: bairro, ", "ask.1.fields.place.level", "no level of areas"),
        (PARTY, "{type: date, from: today,", "{type: date, from: now,", "ask.1.fields.day.from", '"today-17y"'),
        (
            PARTY,
            "{type: date, from: today,",
            "{type: date, until: today-1d, from: today,",
            "ask.1.fields.day",
            "before",
        ),
        (
            PARTY,
            "{type: boolean, ",
            "{type: choice_remote, list: bands, ",
            "ask.1.fields.music.list",
            'no list "bands"',
        ),
        (PARTY, "{type: boolean, ", "{type: boolean, profile: mood, ", "ask.1.fields.music.profile", "a profile"),
        (PARTY, "      music:", "      phone:", "ask.1.fields.phone", '"phone" is asked twice'),
        (PARTY, "  plan:", "  music:", "attach.music", '"music" is also the name of a question'),
        (
            PARTY,
            "{type: area, ",
            "{type: area, when: {music: true}, ",
            "ask.1.fields.place.when",
            '"music", which is not asked before',
        ),
        (
            PARTY,
            "- page: {pt: A festa",
            "- when: {phone2: x}\n    page: {pt: A festa",
            "ask.1.when",
            '"phone2", which is not asked before',
        ),
        (PARTY, "{type: area, ", "{type: area, label: x, ", "ask.1.fields.place.label", "this key occurs twice"),
        ("blocks/contact.yaml", "profile: phone", "profile: fax", "pages.0.fields.phone.profile", "no attribute"),
        ("flows/permit.yaml", "by: clerk", "by: clerks", "states.check.by", 'no role "clerks"'),
        ("flows/permit.yaml", "{check: decision}", "{check: decide}", "states.check.moves.check", 'leads to "decide"'),
        (
            "flows/permit.yaml",
            "{check: decision}",
            "{check: allowed}",
            "states.decision",
            'no path leads from "check" to "decision"',
        ),
        ("flows/permit.yaml", "needs: [reason]", "needs: [why]", "states.decision.moves.refuse.needs.0", 'input "why"'),
        (
            "flows/permit.yaml",
            "{check: decision}",
            "{withdraw: decision}",
            "states.check.moves.withdraw",
            "a reserved name",
        ),
        ("flows/permit.yaml", "outcome: granted\n", "\n", "states.allowed", "an end needs an outcome"),
        ("catalogue.yaml", "quick: [street-party]", "quick: [party]", "quick.0", 'no service "party"'),
        ("inputs.yaml", "type: longtext", "type: nik", "reason.type", '"nik" is stored encrypted'),
        ("moves.yaml", "allow:", "Allow it:", "Allow it", "cannot be a name"),
    ],
)
def test_a_fault_names_its_place_and_what_would_be_right(town, file, old, new, field, says):
    line = town.replace(file, old, new)
    errors = [fault for fault in faults_of(town) if fault.file == file and says in str(fault)]
    assert errors, faults_of(town)
    assert errors[0].field == field
    if field not in AROUND:
        assert errors[0].line == line


#: Faults that belong to what stands around the changed line.
AROUND = ("", "kind", "states.allowed", "states.decision")


def test_conditions_know_the_answers_that_are_possible(town):
    town.replace(PARTY, "      music: {type: boolean,", "      music: {type: boolean,")
    town.replace(
        PARTY,
        "attach:",
        "  - when: {music: loud}\n    fields: {band: {type: text, label: {pt: Banda, en: Band}}}\nattach:",
    )
    errors = [str(fault) for fault in faults_of(town)]
    assert any('"music" is never loud. Use one of: true, false.' in each for each in errors)


def test_broken_files_are_told_and_do_not_hide_the_others(town):
    town.write("flows/permit.yaml", "start: [")
    town.write("blocks/contact.yaml", "- just\n- a list\n")
    (town.root / "statements.yaml").write_bytes(b"\xff\xfe")
    town.replace(PARTY, "agency: obras", "agency: obra")
    errors = {fault.file for fault in faults_of(town)}
    assert errors == {"flows/permit.yaml", "blocks/contact.yaml", "statements.yaml", PARTY}
    lines = [str(fault) for fault in faults_of(town)]
    assert not any("no flow" in line or "no block" in line for line in lines)
    with pytest.raises(ConfigErrors):
        read_pack(town.root)


def test_a_service_outside_a_category_and_a_second_one_of_the_same_name(town):
    text = (town.root / PARTY).read_text("utf-8")
    town.write("services/parks/street-party.yaml", text)
    errors = [str(fault) for fault in faults_of(town)]
    assert any("has the same id" in each for each in errors)
    assert any('"parks" is no category' in each for each in errors)


def test_a_flow_takes_what_it_does_not_say_from_the_shared_states(town):
    shared = """refused:
  public: rejected
  end: true
  outcome: refused
  name: {pt: Recusado, en: Refused}
  does: {pt: Recusado. O motivo está aqui., en: Refused. The reason stands here.}
"""
    town.write("states.yaml", shared)
    text = (town.root / "flows/permit.yaml").read_text("utf-8")
    start, end = text.index("  refused:\n"), text.index("  withdrawn:\n")
    town.write("flows/permit.yaml", text[:start] + "  refused: {does: {pt: Não., en: No.}}\n" + text[end:])
    assert faults_of(town) == []
    state = read_pack(town.root).flows["permit"].states["refused"]
    assert state.outcome == "refused"
    assert state.does.in_language("en") == "No."
    town.write("states.yaml", shared.replace("en: Refused}", "}").replace("outcome", "outcom"))
    errors = {(fault.file, fault.field) for fault in faults_of(town)}
    assert {("states.yaml", "refused.name"), ("states.yaml", "refused.outcom")} <= errors
    assert ("flows/permit.yaml", "states.refused.name") not in errors
