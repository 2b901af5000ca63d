"""What a version says, whole: stored as JSON, so that a case reads for ever as it did when it began."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from pydantic import Field

from kini.core.texts import Text
from kini.services.conditions import When
from kini.services.fields.base import FieldBase, Strict
from kini.services.fields.uploads import DocumentField
from kini.services.files import Pack, ServiceFile
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from kini.services.resolving import PlacedPage, levels, placed_pages
from kini.services.schema import AnyField, Attachment, Channel, Definition, Fields, Id, Repeat, Statement


class ResolvedPage(Strict):
    """One page as it is asked.

    Attributes:
        key: its part of the address; stays the same while its first field keeps its name.
        single: the label of its only field is the heading.
    """

    key: str
    heading: Text
    single: bool = False
    hint: Text | None = None
    when: When | None = None
    repeat: Repeat | None = None
    fields: Fields

    @property
    def names(self) -> list[str]:
        """Under which names its answers stand."""
        return [self.repeat.name] if self.repeat else list(self.fields)


class Resolved(Strict):
    """A definition with everything that it names put in its place.

    Attributes:
        definition: as written, without `ask`: the pages say that.
        pages: in order; one for each document of `attach` at the end (key "doc-NAME", one field of the type document).
        statements: sworn statements by id.
        inputs: what the flow's moves need, by name.
        moves: words for the buttons of moves that have no label of their own.
        channels: other ways, by id, in order.
        roles: names of the roles that act in the flow.
    """

    service: Id
    category: Id
    definition: Definition
    steps: Flow | None = Field(default=None, alias="flow")
    pages: list[ResolvedPage] = []
    statements: dict[str, Statement] = {}
    inputs: dict[str, AnyField] = {}
    moves: dict[str, Text] = {}
    channels: dict[str, Channel] = {}
    roles: dict[str, Text] = {}

    @property
    def flow(self) -> Flow:
        """The flow.

        Raises:
            LookupError: when the service has none (its kind is not here yet).
        """
        if self.steps is None:
            raise LookupError(f'The service "{self.service}" has no flow.')
        return self.steps

    @cached_property
    def fields(self) -> Mapping[str, FieldBase]:
        """Every field that is asked once, by name."""
        return {name: field for page in self.pages if not page.repeat for name, field in page.fields.items()}

    @cached_property
    def sealed(self) -> frozenset[str]:
        """Names under which answers are kept encrypted; a repeated page's list is, when one of its fields is."""
        names: set[str] = set()
        for page in self.pages:
            sealed = {name for name, each in page.fields.items() if each.is_sealed()}
            names |= ({page.repeat.name} if sealed else set()) if page.repeat else sealed
        return frozenset(names)

    @property
    def sensitive(self) -> bool:
        """Tell whether all its answers must be encrypted."""
        return bool(self.definition.sensitive)

    def page(self, key: str) -> ResolvedPage | None:
        return next((page for page in self.pages if page.key == key), None)

    def content(self) -> dict[str, Any]:
        """The whole as JSON."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, serialize_as_any=True)


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of a version's content; the order of moves, fields and options counts."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


#: Versions read by this process, by key, the oldest first. They never change.
_read: dict[int, Resolved] = {}
MOST_READ = 1000


def resolve(version: ServiceVersion) -> Resolved:
    """The typed view of a stored version; each version is read once per process."""
    return _read.get(version.pk) or _keep(version.pk, version.content)


def resolve_many(keys: Iterable[int]) -> dict[int, Resolved]:
    """The typed views of versions by key. No query when this process knows them all, else one."""
    wanted = set(keys)
    unread = ServiceVersion.objects.filter(pk__in=wanted - _read.keys()) if wanted - _read.keys() else ()
    fresh = {version.pk: _keep(version.pk, version.content) for version in unread}
    return fresh | {key: _read[key] for key in wanted - fresh.keys() if key in _read}


def _keep(key: int, content: Any) -> Resolved:
    while len(_read) >= MOST_READ:
        _read.pop(next(iter(_read)), None)
    _read[key] = Resolved.model_validate(content)
    return _read[key]


def resolve_service(pack: Pack, service: ServiceFile) -> Resolved:
    """Put blocks, flow, words, statements, inputs and lists of a sound pack in their place."""
    definition = service.definition
    flow = pack.flows[definition.flow] if definition.flow else None
    moves = [move for state in flow.states.values() for move in state.moves.items()] if flow else []
    words = {name for name, _move in moves} | ({"withdraw"} if flow else set())
    actors = {move.by for _name, move in moves} | ({state.by for state in flow.states.values()} if flow else set())
    return Resolved(
        service=service.id,
        category=service.category,
        definition=definition.model_copy(update={"ask": []}),
        steps=flow,
        pages=_pages(pack, service),
        statements={a.statement: pack.statements[a.statement] for a in definition.attach.values() if a.statement},
        inputs={name: _with_list(pack, pack.inputs[name]) for name in sorted({n for _m, m in moves for n in m.needs})},
        moves={name: pack.moves[name] for name in sorted(words) if name in pack.moves},
        channels=_channels(pack, definition),
        roles={name: role.name for name, role in pack.roles.items() if name in actors},
    )


def _channels(pack: Pack, definition: Definition) -> dict[str, Channel]:
    named = [
        (each, pack.channels[each]) if isinstance(each, str) else (f"text-{number}", Channel(name=each))
        for number, each in enumerate(definition.also, 1)
    ]
    return dict(named)


def _pages(pack: Pack, service: ServiceFile) -> list[ResolvedPage]:
    asked = [page for placed in placed_pages(pack, service) for page in _parts(pack, placed)]
    return asked + [_document(pack, name, each) for name, each in service.definition.attach.items()]


def _parts(pack: Pack, placed: PlacedPage) -> list[ResolvedPage]:
    page = placed.page
    parts = [list(page.fields)] if page.repeat else levels(page)
    return [
        ResolvedPage(
            key=_key(page.repeat.name if page.repeat else names[0]),
            heading=page.page or page.fields[names[0]].label,
            single=page.page is None,
            hint=page.hint if names is parts[0] else None,
            when=placed.when,
            repeat=page.repeat,
            fields={name: _with_list(pack, page.fields[name]) for name in names},
        )
        for names in parts
    ]


def _key(name: str) -> str:
    return name.replace("_", "-")


def _document(pack: Pack, name: str, attachment: Attachment) -> ResolvedPage:
    statement = pack.statements[attachment.statement] if attachment.statement else None
    field = DocumentField(
        label=attachment.label,
        hint=attachment.hint,
        optional=attachment.optional,
        max=attachment.max,
        statement=attachment.statement,
        statement_name=statement.name if statement else None,
        statement_text=statement.text if statement else None,
    )
    return ResolvedPage(
        key=f"doc-{_key(name)}", heading=attachment.label, single=True, when=attachment.when, fields={name: field}
    )


def _with_list(pack: Pack, field: FieldBase) -> FieldBase:
    """The field with the options of the list that it names, and so its parts."""
    listed: str | None = getattr(field, "list", None)
    if listed:
        return field.model_copy(update={"options": pack.lists[listed]})
    parts: dict[str, FieldBase] | None = getattr(field, "fields", None)
    if parts:
        return field.model_copy(update={"fields": {name: _with_list(pack, part) for name, part in parts.items()}})
    return field
