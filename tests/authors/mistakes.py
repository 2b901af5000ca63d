# ruff: noqa: E501 -- a table
"""Mistakes that authors make in a pack, each with the one error that must name it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

type Edit = Callable[[Path], None]

HOUSE = "services/streets/house-repair.yaml"
HALL = "services/streets/hall-visit.yaml"
HOLE = "services/streets/pothole.yaml"
SEA, ROWS = "feeds/sea-level.yaml", "feeds/sea-level.csv"
PERMIT, VISIT, REPAIR = "flows/permit.yaml", "flows/visit.yaml", "flows/repair.yaml"


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes:
        edit: makes it in a copy of the pack.
        file: the file that the error names.
        at: beginning of the named line, without indent; empty: the whole file.
        field: path of keys that the error names.
        says: words of the message or the remedy.
    """

    name: str
    edit: Edit
    file: str
    at: str
    field: str
    says: str


def change(file: str, old: str, new: str) -> Edit:
    def edit(root: Path) -> None:
        text = (root / file).read_text("utf-8")
        assert old in text, f"{file} has no {old!r}"
        (root / file).write_text(text.replace(old, new, 1), "utf-8")

    return edit


def append(file: str, text: str) -> Edit:
    def edit(root: Path) -> None:
        with (root / file).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return edit


def rename(file: str, new: str) -> Edit:
    def edit(root: Path) -> None:
        (root / new).parent.mkdir(exist_ok=True)
        (root / file).rename(root / new)

    return edit


def copy(file: str, new: str) -> Edit:
    def edit(root: Path) -> None:
        (root / new).parent.mkdir(exist_ok=True)
        (root / new).write_bytes((root / file).read_bytes())

    return edit


def encode(file: str, encoding: str) -> Edit:
    def edit(root: Path) -> None:
        (root / file).write_bytes((root / file).read_text("utf-8").encode(encoding))

    return edit


def empty(file: str) -> Edit:
    def edit(root: Path) -> None:
        (root / file).write_text("")

    return edit


OWNER = "owner: {type: text, max: 80"

MISTAKES = [
    # Keys
    Mistake("typo in a key", change(HOUSE, "summary:", "summry:"), HOUSE, "summry:", "summry", "Write \"summary\""),
    Mistake(
        "typo in a nested key",
        change(HOUSE, "part: {type: text, label:", "part: {type: text, lable:"),
        *(HOUSE, "part:", "ask.4.fields.part.lable", "Write \"label\""),
    ),
    Mistake(
        "key of another field type",
        change(HOUSE, "part: {type: text,", "part: {type: text, options: {a: A},"),
        *(HOUSE, "part:", "ask.4.fields.part.options", "Here there are: .*max"),
    ),
    Mistake("missing key", change(HOUSE, "agency: obras\n", ""), HOUSE, "kind:", "agency", "Add it"),
    Mistake("key twice", append(HOUSE, "words: [casa]\n"), HOUSE, "words: [casa]", "words", "Keep one"),
    Mistake("unknown key of city.toml", change("city.toml", "country =", "colour = 1\ncountry ="), "city.toml", "colour", "colour", "Here there are: .*country"),
    Mistake("weekday in another language", change(HALL, "tuesday:", "sabtu:"), HALL, "hours:", "booking.hours.sabtu", "Here there are: .*saturday"),
    Mistake("weekday of the calendar in another language", change("calendar.toml", "tuesday =", "sabtu ="), "calendar.toml", "sabtu", "office_hours.sabtu", "Here there are: .*tuesday"),
    # Values
    Mistake("word for a number", change(HOUSE, "max: 80", "max: banyak"), HOUSE, OWNER[:6], "ask.2.fields.owner.max", "digits only"),
    Mistake("text for a list", change(HOUSE, "words: [telhado, roof]", "words: telhado"), HOUSE, "words", "words", "each entry on a line"),
    Mistake("text for keys", change(HOUSE, "target: {working_days: 10, confidence: high}", "target: sepuluh"), HOUSE, "target", "target", "key: value"),
    Mistake("word for true", change(HOUSE, "optional: true", "optional: sim"), HOUSE, "deed", "attach.deed.optional", "true or false"),
    Mistake("impossible date", change("calendar.toml", "2026-09-08", '"2026-02-30"'), "calendar.toml", "date", "days.0.date", "2026-11-25"),
    Mistake("date that TOML refuses", change("calendar.toml", "2026-09-08", "2026-02-30"), "calendar.toml", "date", "", "TOML"),
    Mistake("date of a rule that does not exist", change(SEA, "from: 2019-01-01", "from: 2026-02-30"), SEA, "- {from: 2026", "levels.rules.0.from", "2026-11-25"),
    Mistake("date in words", change(HOUSE, "from: 2020-01-01", "from: 1 January 2020"), HOUSE, "since", "ask.3.fields.since.from", "today-17y"),
    Mistake("negative fee", change(HOUSE, "amount: 15", "amount: -15"), HOUSE, "fee", "fee.amount", "0 or more"),
    Mistake("fee in words", change(HOUSE, "amount: 15", "amount: Rp 50.000"), HOUSE, "fee", "fee.amount", "digits only"),
    Mistake("two units of the target", change(HOUSE, "working_days: 10", "working_days: 10, hours: 3"), HOUSE, "target", "target", "exactly one"),
    Mistake("choice without options", change(HALL, ", options: {adult: {pt: Adultos, en: Adults}, elderly: {pt: Idosos, en: Elderly}}", ""), HALL, "group: {type", "ask.0.fields.group.options", "Add it"),
    Mistake("min above max", change(HOUSE, "part: {type: text", "part: {type: integer, min: 5, max: 2"), HOUSE, "part", "ask.4.fields.part", "max is below min"),
    Mistake("other word than the possible ones", change(HOUSE, "confidence: high\n", "confidence: sure\n"), HOUSE, "confidence: sure", "confidence", "high, medium, low"),
    Mistake("address without scheme", change(SEA, "https://data", "data"), SEA, "http", "source.http", "https://"),
    Mistake("name with 400 characters", change(HOUSE, "en: House repair", f"en: {'House repair ' * 31}"), HOUSE, "name", "name.en", "at most 120"),
    # Texts
    Mistake("missing language", change(HOUSE, "{pt: Reparar a casa, en: House repair}", "{pt: Reparar a casa}"), HOUSE, "name", "name", "every language"),
    Mistake("language that the city has not", change(HOUSE, "en: House repair", "en: House repair, fr: Maison"), HOUSE, "name", "name.fr", "Use one of: en, pt"),
    Mistake("HTML in a text", change(HOUSE, "en: Residents", 'en: "<b>Residents</b>"'), HOUSE, "for", "for", "tags of HTML"),
    # Names
    Mistake("unknown flow", change(HOUSE, "flow: permit", "flow: permits"), HOUSE, "flow", "flow", "Use one of: permit"),
    Mistake("unknown agency", change(HOUSE, "agency: obras", "agency: obra"), HOUSE, "agency", "agency", "Use one of: balcao, obras"),
    Mistake("unknown block", change(HOUSE, "use: contact", "use: contacts"), HOUSE, "- use", "ask.0.use", "contact"),
    Mistake("unknown field type", change(HOUSE, "part: {type: text", "part: {type: words"), HOUSE, "part", "ask.4.fields.part.type", "Use one of"),
    Mistake("field without type", change(HOUSE, "part: {type: text, ", "part: {"), HOUSE, "part", "ask.4.fields.part.type", "Use one of"),
    Mistake("unknown kind", change(HOUSE, "kind: application", "kind: aplication"), HOUSE, "kind", "kind", "KINI_PLUGINS"),
    Mistake("unknown category", rename(HOUSE, "services/houses/house-repair.yaml"), "services/houses/house-repair.yaml", "", "", "streets"),
    Mistake("service outside the categories", copy(HOUSE, "services/other-repair.yaml"), "services/other-repair.yaml", "", "", "folder"),
    Mistake("unknown statement", change(HOUSE, "optional: true", "or: no-objections"), HOUSE, "deed", "attach.deed.or", "no-objection"),
    Mistake("unknown attribute of a profile", change(HOUSE, "owner: {type: text", "owner: {type: text, profile: nome"), HOUSE, "owner", "ask.2.fields.owner.profile", "name"),
    Mistake("unknown life event", change(HOUSE, "events: [moving-in]", "events: [moving]"), HOUSE, "events", "events.0", "moving-in"),
    Mistake("unknown channel", change(HOUSE, "flow: permit", "also: [hall-town]\nflow: permit"), HOUSE, "also", "also.0", "town-hall"),
    Mistake("unknown list", change(HOUSE, "part: {type: text", "part: {type: choice_remote, list: parts"), HOUSE, "part", "ask.4.fields.part.list", "Add it"),
    Mistake("unknown level of areas", change(HALL, "level: municipio", "level: bairro"), HALL, "level", "booking.level", "freguesia"),
    Mistake("unknown kind of place", change(HALL, "level: municipio", "place: hall"), HALL, "place", "booking.place", "library"),
    Mistake("unknown role of a shared state", change("states.yaml", "by: clerk", "by: clerks"), "states.yaml", "by", "look.by", "clerk"),
    Mistake("unknown role of a flow", change(PERMIT, "by: head", "by: boss"), PERMIT, "by: boss", "states.decision.by", "head"),
    Mistake("unknown input", change(PERMIT, "needs: [reason]", "needs: [because]"), PERMIT, "refuse", "states.decision.moves.refuse.needs.0", "reason"),
    Mistake("unknown permission", change("roles.yaml", "may: [see-cases, act, assign", "may: [see-cases, acts, assign"), "roles.yaml", "may", "head.may.1", "act"),
    # Conditions
    Mistake("condition on a later question", change(HOUSE, "- when: {ownership: rented}", "- when: {since: 2020-01-01}"), HOUSE, "- when", "ask.2.when", "not asked before"),
    Mistake("condition on itself", change(HOUSE, "- when: {ownership: rented}", "- when: {owner: me}"), HOUSE, "- when", "ask.2.when", "not asked before"),
    Mistake("condition on an unknown question", change(HOUSE, "- when: {ownership: rented}", "- when: {danger: true}"), HOUSE, "- when", "ask.2.when", "Use one of: .*ownership"),
    Mistake("condition on a value that is never given", change(HOUSE, "{ownership: rented}", "{ownership: sewa}"), HOUSE, "- when", "ask.2.when", "own, rented"),
    Mistake("condition that can never hold", change(HOUSE, "{ownership: rented}", "{all: [{ownership: own}, {ownership: rented}]}"), HOUSE, "- when", "ask.2.when", "never hold"),
    Mistake("question asked twice", change(HOUSE, "owner: {", "phone: {"), HOUSE, "phone", "ask.2.fields.phone", "asked twice"),
    # Files
    Mistake("same id in two folders", copy(HOUSE, "services/zebra/house-repair.yaml"), "services/zebra/house-repair.yaml", "", "", "Rename one"),
    Mistake("tab", change(HOUSE, "flow: permit", "\tflow: permit"), HOUSE, "flow", "", "spaces"),
    Mistake("Latin-1", encode(HOUSE, "latin-1"), HOUSE, "summary", "", "UTF-8"),
    Mistake("UTF-16", encode(HOUSE, "utf-16"), HOUSE, "?", "", "UTF-8"),
    Mistake("missing brace", change(HOUSE, "fee: {amount: 15, confidence: high}", "fee: {amount: 15, confidence: high"), HOUSE, "gives", "", "brackets"),
    Mistake("colon in a text", change(HOUSE, "en: Residents", "en: Residents: all"), HOUSE, "for", "", "quotes"),
    Mistake("file that is a list", change(HOUSE, "kind: application", "- kind: application"), HOUSE, "name", "", "YAML"),
    Mistake("empty file", empty("channels.yaml"), "channels.yaml", "", "", "key and a colon"),
    Mistake("file name with a space", rename(HOUSE, "services/streets/house repair.yaml"), "services/streets/house repair.yaml", "", "", "dashes"),
    Mistake("file name with capitals", rename(HOUSE, "services/streets/House-Repair.yaml"), "services/streets/House-Repair.yaml", "", "", "dashes"),
    Mistake(".yml", rename(HOUSE, "services/streets/house-repair.yml"), "services/streets/house-repair.yml", "", "", "Rename it to house-repair.yaml"),
    Mistake("broken TOML", change("city.toml", 'currency = "EUR"', 'currency = "EUR'), "city.toml", "currency", "", "TOML"),
    # Bookings and reports
    Mistake("groups above the capacity", change(HALL, "places: 3", "places: 30"), HALL, "booking", "booking", "capacity of 10"),
    Mistake("group without an option", change(HALL, "elderly: {name: {pt: Idosos, en: Elderly}, places", "children: {name: {pt: C, en: C}, places"), HALL, "children", "booking.groups.children", "option"),
    Mistake("question for the group that is not asked", change(HALL, "group: group", "group: who"), HALL, "group: who", "booking.group", "group"),
    Mistake("hours reversed", change(HALL, '"14:00-16:00"', '"16:00-14:00"'), HALL, "hours", "booking.hours", "in order"),
    Mistake("hours at 25", change(HALL, '"14:00-16:00"', '"14:00-25:00"'), HALL, "hours", "booking.hours.monday.1", "07:30-16:00"),
    Mistake("hours that overlap", change(HALL, '"14:00-16:00"', '"10:00-16:00"'), HALL, "hours", "booking.hours", "in order"),
    Mistake("office hours reversed", change("calendar.toml", '"14:00-17:30"', '"17:30-14:00"'), "calendar.toml", "monday", "office_hours.monday", "in order"),
    Mistake("booking with a flow of decisions", change(HALL, "flow: visit", "flow: permit"), HALL, "flow", "flow", "serve, miss, call_off"),
    Mistake("evidence that no step asks for", change(HOLE, "evidence: photo", "evidence: foto"), HOLE, "report", "report.evidence", "Use one of: photo, reason"),
    Mistake("evidence that is true", change(HOLE, "evidence: photo", "evidence: true"), HOLE, "report", "report.evidence", "text"),
    # Feeds
    Mistake("column that the CSV has not", change(SEA, "from: altura_cm", "from: tinggi_cm"), ROWS, "nome", "tinggi_cm", "The file has: .*altura_cm"),
    Mistake("latitude that the CSV has not", change(SEA, "latitude: lat", "latitude: breite"), ROWS, "nome", "breite", "The file has: .*lat"),
    Mistake("cell that is no number", change(ROWS, "80,now", "high,now"), ROWS, "Cais", "altura_cm", "number"),
    Mistake("key that is no field", change(SEA, "key: [name]", "key: [nome]"), SEA, "key", "key.0", "level, name"),
    Mistake("figure that is no field", change(SEA, "figure: level", "figure: depth"), SEA, "show", "show.figure", "level, name"),
    Mistake("figure that is a text", change(SEA, "figure: level", "figure: name"), SEA, "show", "show.figure", "integer"),
    Mistake("unknown step", change(SEA, "{watch: 120", "{look: 120"), SEA, "- {from: 2019-01-01, keys", "levels.rules.1.at_least.look", "watch"),
    Mistake("steps out of order", change(SEA, "alarm: 170", "alarm: 17"), SEA, "- {from: 2019-01-01, keys", "levels.rules.1.at_least", "grow"),
    Mistake("service of a feed that does not exist", change(SEA, "services: [sea-level]", "services: [sea-level, sea]"), SEA, "services", "services.1", "sea-level"),
    Mistake("key of a rule that no row has", change(SEA, "keys: [cais-velho]", "keys: [Cais Velho]"), SEA, "- {from: 2019-01-01, keys", "levels.rules.1.keys.0", "Use one of: cais-velho"),
    Mistake("unknown icon", change(SEA, "icon: drop", "icon: dropp"), SEA, "icon", "icon", "drop"),
    # Flows
    Mistake("move to an unknown state", change(PERMIT, "check: decision", "check: decisions"), PERMIT, "moves: {check", "states.check.moves.check", "decision"),
    Mistake("state that nothing leads to", change(PERMIT, "moves: {check: decision}", "moves: {check: allowed}"), PERMIT, "decision", "states.decision", "leads there"),
    Mistake("dead end", change(VISIT, "  served: {public: done, end: true, outcome: granted,", "  served: {public: process, by: clerk,"), VISIT, "served", "states.served", "end: true"),
    Mistake("loop without an end", change(REPAIR, "finish: {to: solved, needs: [photo]}\n      refuse: {to: unfounded, needs: [reason]}", "finish: look"), REPAIR, "look", "states.look", "leads to an end"),
    Mistake("missing start", change(PERMIT, "start: check", "start: begin"), PERMIT, "start", "start", "check"),
    Mistake("move without a text", change(PERMIT, "check: decision", "verify: decision"), PERMIT, "moves: {verify", "states.check.moves.verify", "moves.yaml"),
    # Tables
    Mistake("area twice", append("areas.csv", "VS-3,freguesia,Outra,VS,38.7001,-9.4001,1,1\n"), "areas.csv", "VS-3,freguesia,Outra", "code", "Keep one"),
    Mistake("unknown column of areas.csv", change("areas.csv", "code,level", "kode,level"), "areas.csv", "kode", "kode", "Write .code"),
    Mistake("impossible latitude", change("areas.csv", "Vila Serena,,38.7400", "Vila Serena,,138.7400"), "areas.csv", "VS,", "latitude", "90 or less"),
    Mistake("place in an unknown area", change("places.csv", "Porto,VS-1", "Porto,VS-9"), "places.csv", "balcao-porto", "area", "areas.csv"),
    Mistake("one of one document", change(HOUSE, "en: Deed}, optional: true}", "en: Deed}, one_of: {deed: Deed}}"), HOUSE, "deed:", "attach.deed.one_of", "at least two"),
    # The city itself
    Mistake("unknown time zone", change("city.toml", "Europe/Lisbon", "Europe/Lisboa"), "city.toml", "time_zone", "time_zone", "Europe/Lisbon"),
    Mistake("currency in words", change("city.toml", '"EUR"', '"euro"'), "city.toml", "currency", "currency", "3 capital letters"),
]  # fmt: skip
