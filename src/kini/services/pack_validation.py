"""Cross-file validation of a pack: dangling references, conditions on later answers, name clashes."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kini.city.public import load_city
from kini.core.config_files import ConfigError, ConfigErrors, KeyPath, SourceFile, read_source_file
from kini.core.config_messages import use_one_of
from kini.people.public import profile_values
from kini.services import builtin_services
from kini.services.conditions import When
from kini.services.fields.base import FieldBase
from kini.services.fields.uploads import UploadField
from kini.services.kinds import kinds
from kini.services.pack_files import ServiceFile, ServicePack
from kini.services.page_expansion import ExpandedPage, expand_pages, group_by_dependency
from kini.services.schema import Use

#: Actors at a state besides the pack's own roles.
ACTORS = frozenset({"resident", "system"})
#: Ids that would clash with URLs of the catalogue.
RESERVED_IDS = frozenset({"search", "category", "event"})
#: Characters of a service's name, which stands in lists and messages.
LONGEST_NAME = 120
#: Moves that are added to flows implicitly.
IMPLIED_MOVES = frozenset({"withdraw", "after", "join", "separate"})


@dataclass(frozen=True, slots=True)
class CityReferences:
    """Names in the city's files that services may refer to; None if a file is invalid (the city room reports it)."""

    agencies: frozenset[str] | None
    place_kinds: frozenset[str] | None
    levels: frozenset[str] | None
    planned_kinds: frozenset[str]


def city_references(root: Path) -> CityReferences:
    try:
        city = load_city(root)
        levels_, planned = frozenset(level.id for level in city.area_levels), frozenset(city.planned_kinds)
    except ConfigErrors:
        levels_, planned = None, frozenset()
    return CityReferences(_agencies(root), _place_kinds(root), levels_, planned)


def _agencies(root: Path) -> frozenset[str] | None:
    try:
        data = read_source_file(root / "agencies.yaml", root).data
    except ConfigErrors:
        return None
    return frozenset(data) if isinstance(data, dict) else None


def _place_kinds(root: Path) -> frozenset[str] | None:
    try:
        with (root / "places.csv").open(encoding="utf-8", newline="") as file:
            return frozenset(row.get("kind") or "" for row in csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        return None


def pack_errors(pack: ServicePack) -> Iterator[ConfigError]:
    """Cross-file errors of a pack; errors of single files are reported by the loader."""
    city = city_references(pack.root)
    yield from _catalogue(pack)
    yield from _channels(pack, city)
    for name in pack.flows:
        yield from _flow(pack, name)
    for name, block in pack.blocks.items():
        source = pack.sources[f"blocks/{name}.yaml"]
        for number, page in enumerate(block.pages):
            yield from _fields(pack, city, source, ("pages", number, "fields"), page.fields)
    if inputs := pack.sources.get("inputs.yaml"):
        yield from _fields(pack, city, inputs, (), pack.inputs)
        yield from _inputs(pack, inputs)
    for service in pack.services.values():
        yield from _service(pack, city, service)


def _inputs(pack: ServicePack, source: SourceFile) -> Iterator[ConfigError]:
    """Inputs of moves are stored unencrypted on the timeline, so fields that need encryption are not allowed."""
    for name, field in pack.inputs.items():
        if field.is_sealed():
            message = _('"%(type)s" is stored encrypted, but inputs of moves are not') % {"type": field.type}
            remedy = _("Ask for it in the questions of the service, or use another type here.")
            yield source.error_at((name, "type"), message, remedy)


def unknown_name_error(source: SourceFile, place: KeyPath, what: str, name: str, known: Iterable[str]) -> ConfigError:
    return source.error_at(
        place, _('there is no %(what)s "%(name)s"') % {"what": what, "name": name}, use_one_of(known, name)
    )


def _catalogue(pack: ServicePack) -> Iterator[ConfigError]:
    source = pack.sources.get("catalogue.yaml")
    if source is None:
        return
    for key in ("popular", "quick"):
        for index, name in enumerate(getattr(pack.catalogue, key)):
            if name not in pack.services and not any((pack.root / "services").rglob(f"{name}.yaml")):
                yield unknown_name_error(source, (key, index), _("service"), name, pack.services)
    dispute = pack.catalogue.identity_dispute
    if dispute and dispute not in pack.services:
        yield unknown_name_error(source, ("identity_dispute",), _("service"), dispute, pack.services)
    for event, entry in pack.catalogue.events.items():
        for index, name in enumerate(entry.order):
            named = pack.services.get(name)
            if named and event not in named.definition.events:
                message = _('"%(name)s" does not name this life event') % {"name": name}
                yield source.error_at(
                    ("events", event, "order", index),
                    message,
                    _("Add %(event)s to its events: there.") % {"event": event},
                )
            elif not named and not any((pack.root / "services").rglob(f"{name}.yaml")):
                yield unknown_name_error(source, ("events", event, "order", index), _("service"), name, pack.services)


def _channels(pack: ServicePack, city: CityReferences) -> Iterator[ConfigError]:
    for name, channel in pack.channels.items():
        if channel.place and city.place_kinds is not None and channel.place not in city.place_kinds:
            source = pack.sources["channels.yaml"]
            yield unknown_name_error(source, (name, "place"), _("kind of place"), channel.place, city.place_kinds)


def _flow(pack: ServicePack, name: str) -> Iterator[ConfigError]:
    """Errors of a flow; those in what it inherits are reported in states.yaml, once for all flows."""
    source, shared = pack.sources[f"flows/{name}.yaml"], pack.sources.get("states.yaml")
    for fault, place in _flow_faults(pack, source, name):
        if shared and place not in source.lines and place[1:] in shared.lines:
            yield shared.error_at(place[1:], fault.message, fault.remedy)
        else:
            yield fault


def _flow_faults(pack: ServicePack, source: SourceFile, name: str) -> Iterator[tuple[ConfigError, KeyPath]]:
    flow, inputs = pack.flows[name], pack.declared("inputs.yaml", pack.inputs)
    labels = pack.declared("moves.yaml", pack.moves)
    actors = ACTORS | pack.roles.keys()
    roles_known = bool(pack.roles)  # else their file is missing or broken, which the people room reports
    for key, state in flow.states.items():
        place: KeyPath = ("states", key)
        if roles_known and state.by and state.by not in actors:
            yield unknown_name_error(source, (*place, "by"), _("role"), state.by, actors), (*place, "by")
        for word, move in state.moves.items():
            edge: KeyPath = (*place, "moves", word)
            if word in IMPLIED_MOVES:
                yield (
                    source.error_at(edge, _('"%(word)s" is a reserved name') % {"word": word}, _("Rename the move.")),
                    edge,
                )
            if roles_known and move.by and move.by not in actors:
                yield unknown_name_error(source, (*edge, "by"), _("role"), move.by, actors), (*edge, "by")
            if not move.label and labels is not None and word not in labels:
                remedy = _('Add a label here, or "%(word)s" in moves.yaml.') % {"word": word}
                yield source.error_at(edge, _("the button has no text"), remedy), edge
            for index, needed in enumerate(move.needs):
                if inputs is not None and needed not in inputs:
                    where = (*edge, "needs", index)
                    yield unknown_name_error(source, where, _("input"), needed, inputs), where


def _service(pack: ServicePack, city: CityReferences, service: ServiceFile) -> Iterator[ConfigError]:
    yield from _references(pack, city, service)
    yield from _kind(pack, city, service)
    yield from _letter(pack, service)
    for index, item in enumerate(service.definition.ask):
        if isinstance(item, Use):
            if item.use not in pack.blocks and not _file_exists(pack, f"blocks/{item.use}.yaml"):
                yield unknown_name_error(service.source, ("ask", index, "use"), _("block"), item.use, pack.blocks)
        else:
            yield from _fields(pack, city, service.source, ("ask", index, "fields"), item.fields)
    yield from _questions(pack, service)


def _file_exists(pack: ServicePack, path: str) -> bool:
    """Return whether the file exists: if it is invalid, its own errors are reported and no dangling reference."""
    return (pack.root / path).exists()


def _references(pack: ServicePack, city: CityReferences, service: ServiceFile) -> Iterator[ConfigError]:
    definition, source, catalogue = service.definition, service.source, pack.catalogue
    if service.id in RESERVED_IDS:
        yield ConfigError(
            source.file, 0, "", _('"%(id)s" is a URL of the catalogue') % {"id": service.id}, _("Rename the file.")
        )
    if (
        catalogue.categories
        and service.category not in catalogue.categories.keys() | builtin_services.builtin_categories()
    ):
        remedy = _("Move it into one of the folders: %(names)s.") % {"names": ", ".join(catalogue.categories)}
        yield ConfigError(
            source.file,
            0,
            "",
            _('its folder "%(category)s" is no category of catalogue.yaml') % {"category": service.category},
            remedy,
        )
    for language, text in definition.name.root.items():
        if len(text) > LONGEST_NAME:
            message = _("the name has %(count)s characters") % {"count": len(text)}
            yield source.error_at(
                ("name", language),
                message,
                _("Use at most %(longest_name)s; the rest fits summary:.") % {"longest_name": LONGEST_NAME},
            )
    for index, event in enumerate(definition.events):
        if catalogue.categories and event not in catalogue.events:
            yield unknown_name_error(source, ("events", index), _("life event"), event, catalogue.events)
    if city.agencies is not None and definition.agency not in city.agencies:
        yield unknown_name_error(source, ("agency",), _("agency"), definition.agency, city.agencies)
    if (
        definition.flow
        and definition.flow not in pack.flows
        and not _file_exists(pack, f"flows/{definition.flow}.yaml")
    ):
        yield unknown_name_error(source, ("flow",), _("flow"), definition.flow, pack.flows)
    channels = pack.declared("channels.yaml", pack.channels)
    for index, channel in enumerate(definition.also):
        if isinstance(channel, str) and channels is not None and channel not in channels:
            yield unknown_name_error(source, ("also", index), _("channel"), channel, pack.channels)
    statements = pack.declared("statements.yaml", pack.statements)
    for name, attachment in definition.attach.items():
        if statements is not None and attachment.statement and attachment.statement not in statements:
            yield unknown_name_error(
                source, ("attach", name, "or"), _("statement"), attachment.statement, pack.statements
            )


def _kind(pack: ServicePack, city: CityReferences, service: ServiceFile) -> Iterator[ConfigError]:
    definition, source = service.definition, service.source
    kind = kinds.find(definition.kind)
    if kind is None:
        if definition.kind not in city.planned_kinds:
            message = _('there is no kind "%(kind)s"') % {"kind": definition.kind}
            remedy = use_one_of({*kinds.names(), *city.planned_kinds}, definition.kind)
            of_plugin = _("The kind of a plug-in is there if KINI_PLUGINS names its package.")
            yield source.error_at(("kind",), message, f"{remedy} {of_plugin}")
        return
    if kind.has_cases and not definition.flow:
        yield source.error_at(
            ("kind",), _('a service of the kind "%(id)s" needs a flow') % {"id": kind.id}, _("Add flow: and its name.")
        )
    if definition.assurance not in (None, "typed") and kind.sign_in != "required":
        message = _('a service of the kind "%(id)s" is open to guests, of whom nothing can be proved') % {"id": kind.id}
        yield source.error_at(("assurance",), message, _("Remove assurance:, or choose a kind for which one signs in."))
    pages = [placed.page for placed in expand_pages(pack, service)]  # with the questions of blocks
    expanded = definition.model_copy(update={"ask": pages})
    faults = list(kind.check(expanded))
    if flow := pack.flows.get(definition.flow or ""):
        faults += kind.check_flow(expanded, flow)
    yield from (source.error_at(fault.place, fault.message, fault.remedy) for fault in faults)


def _letter(pack: ServicePack, service: ServiceFile) -> Iterator[ConfigError]:
    """Errors of the letter: unknown template, state, or shown answer."""
    letter, source, place = service.definition.gives.letter, service.source, ("gives", "letter")
    if letter is None:
        return
    templates = {path.stem for path in (pack.root / "letters").glob("*.typ")}
    if letter.template not in templates:
        yield unknown_name_error(source, (*place, "template"), _("letter"), letter.template, templates)
    flow = pack.flows.get(service.definition.flow or "")
    if flow is None:
        return
    for index, state in enumerate(letter.at):
        if state not in flow.states:
            yield unknown_name_error(source, (*place, "at", index), _("state"), state, flow.states)
    if not letter.at and not any(state.outcome == "granted" for state in flow.states.values()):
        remedy = _("Say at which state it is made: at: one of %(names)s.") % {"names": ", ".join(flow.states)}
        yield source.error_at(place, _('its flow has no end with the outcome "granted"'), remedy)
    inputs = {name for state in flow.states.values() for move in state.moves.values() for name in move.needs}
    pages = [placed.page for placed in expand_pages(pack, service)]
    answers = {name for page in pages for name in ([page.repeat.name] if page.repeat else page.fields)}
    for name in letter.show.keys() - answers - inputs:
        yield unknown_name_error(source, (*place, "show", name), _("answer or input"), name, answers | inputs)


def _fields(
    pack: ServicePack, city: CityReferences, source: SourceFile, place: KeyPath, fields: Mapping[str, FieldBase]
) -> Iterator[ConfigError]:
    for name, field in fields.items():
        here = (*place, name)
        if field.profile and field.profile not in profile_values.PROFILE_ATTRIBUTES:
            yield unknown_name_error(
                source,
                (*here, "profile"),
                _("attribute of a profile"),
                field.profile,
                profile_values.PROFILE_ATTRIBUTES,
            )
        listed = getattr(field, "list", None)
        if listed and listed not in pack.lists:
            yield unknown_name_error(source, (*here, "list"), _("list"), listed, pack.lists)
        level = getattr(field, "level", None)
        if level and city.levels is not None and level not in city.levels:
            yield unknown_name_error(source, (*here, "level"), _("level of areas"), level, city.levels)
        parts = getattr(field, "fields", None)
        if parts:
            yield from _fields(pack, city, source, (*here, "fields"), parts)


def _questions(pack: ServicePack, service: ServiceFile) -> Iterator[ConfigError]:
    """Errors of questions: duplicate names, and conditions on answers that come later."""
    earlier: dict[str, FieldBase] = {}
    listed: set[str] = set()  # asked on repeated pages: many answers each
    for placed in expand_pages(pack, service):
        yield from _condition(service, placed, placed.when, (*placed.place, "when"), earlier, listed)
        names = [*placed.page.fields, *([placed.page.repeat.name] if placed.page.repeat else [])]
        for name in names:
            if name in earlier or name in listed:
                yield _twice(service, placed, name)
        if placed.page.repeat and len(group_by_dependency(placed.page)) > 1:
            message = _("a field of a repeated page depends on another one of the same page")
            yield placed.source.error_at((*placed.place, "fields"), message, _("Remove the condition."))
        inside = dict(earlier)
        for name, field in placed.page.fields.items():
            here = (*placed.place, "fields", name, "when")
            yield from _condition(service, placed, field.when, here, inside, listed)
            inside[name] = field
        if placed.page.repeat:
            listed |= set(names)
        else:
            earlier = inside
        if placed.later:
            yield from _later(service, placed)
    yield from _attachments(service, earlier, listed)


def _later(service: ServiceFile, placed: ExpandedPage) -> Iterator[ConfigError]:
    """Errors of a page that is asked after sending: nobody may have to answer it."""
    kind = kinds.find(service.definition.kind)
    if kind and not kind.may_ask_later:
        message = _('a service of the kind "%(id)s" asks everything before sending') % {"id": kind.id}
        yield service.source.error_at(placed.asked_at, message, _("Remove later:."))
    if placed.page.repeat or not all(
        each.optional and not isinstance(each, UploadField) for each in placed.page.fields.values()
    ):
        message = _("what is asked after sending is optional, without files and lists")
        yield service.source.error_at(placed.asked_at, message, _("Add optional: true, or ask it before sending."))


def _twice(service: ServiceFile, placed: ExpandedPage, name: str) -> ConfigError:
    own = placed.source is service.source
    place = (*placed.place, "fields", name) if own else placed.asked_at
    return service.source.error_at(
        place, _('"%(name)s" is asked twice in this service') % {"name": name}, _("Give each answer a name of its own.")
    )


def _attachments(service: ServiceFile, earlier: Mapping[str, FieldBase], listed: set[str]) -> Iterator[ConfigError]:
    for name, attachment in service.definition.attach.items():
        place: KeyPath = ("attach", name)
        if name in earlier or name in listed:
            yield service.source.error_at(
                place, _('"%(name)s" is also the name of a question') % {"name": name}, _("Rename one of them.")
            )
        if attachment.when:
            yield from _names(service.source, (*place, "when"), attachment.when, earlier, listed)


def _condition(
    service: ServiceFile,
    placed: ExpandedPage,
    when: When | None,
    place: KeyPath,
    earlier: Mapping[str, FieldBase],
    listed: set[str],
) -> Iterator[ConfigError]:
    if when is None:
        return
    written_here = placed.source is service.source or place in placed.source.lines
    own_place = place if written_here else (*placed.asked_at, "when")
    source = placed.source if written_here else service.source
    for fault in _names(source, own_place, when, earlier, listed):
        user = "" if source is service.source else f" (used by {service.id})"
        yield ConfigError(fault.file, fault.line, fault.field, fault.message + user, fault.remedy)


def _names(
    source: SourceFile, place: KeyPath, when: When, earlier: Mapping[str, FieldBase], listed: set[str]
) -> Iterator[ConfigError]:
    for name in sorted(when.names - earlier.keys()):
        why = _("has many answers") if name in listed else _("is not asked before")
        yield source.error_at(
            place,
            _('the condition looks at "%(name)s", which %(why)s') % {"name": name, "why": why},
            use_one_of(earlier, name),
        )
    for name, wanted in when.wanted():
        field = earlier.get(name)
        possible = _possible(field) if field else None
        if possible is not None and wanted not in possible:
            shown = ", ".join(map(_written_value, possible))
            yield source.error_at(
                place,
                _('"%(name)s" is never %(wanted)s') % {"name": name, "wanted": _written_value(wanted)},
                _("Use one of: %(names)s.") % {"names": shown},
            )
    single = {name for name, field in earlier.items() if field.type == "choice"}
    for name in sorted(when.contradictions() & single):
        message = _('the condition can never hold: "%(name)s" has one answer') % {"name": name}
        yield source.error_at(place, message, _("Write any: or a list of answers."))


def _possible(field: FieldBase) -> list[Any] | None:
    """Possible values of an answer, or None if they cannot be enumerated."""
    if field.type in ("choice", "multichoice"):
        return list(getattr(field, "options", {}))
    return [True, False] if field.type in ("boolean", "consent") else None


def _written_value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
