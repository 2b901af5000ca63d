"""Snapshots of service definitions: all references resolved, stored as JSON, cached per process."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from pydantic import Field

from kini.city.public import Id
from kini.core.localized_text import Text
from kini.services.conditions import When
from kini.services.fields.base import FieldBase, StrictModel
from kini.services.fields.uploads import DocumentField
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from kini.services.pack_files import ServiceFile, ServicePack
from kini.services.page_expansion import ExpandedPage, expand_pages, group_by_dependency
from kini.services.schema import AnyField, Attachment, Channel, Definition, Fields, Repeat, Statement


class PageSnapshot(StrictModel):
    """One page of questions.

    Attributes:
        key: URL part, derived from the name of its first field.
        single: the label of its only field is the heading.
        later: asked after sending.
    """

    key: str
    heading: Text
    single: bool = False
    hint: Text | None = None
    when: When | None = None
    repeat: Repeat | None = None
    later: bool = False
    fields: Fields

    @property
    def names(self) -> list[str]:
        """Names under which its answers are stored."""
        return [self.repeat.name] if self.repeat else list(self.fields)


class ServiceSnapshot(StrictModel):
    """A service definition with all references resolved.

    Attributes:
        definition: as written, but without `ask`, which `pages` replaces.
        pages: in order, ending with one page per document of `attach` (key "doc-NAME", one field of type document).
        statements: sworn statements by id.
        inputs: inputs that the flow's moves need, by name.
        moves: default button labels of moves.
        channels: other channels by id, in order.
        roles: names of the roles that act in the flow.
    """

    service: Id
    category: Id
    definition: Definition
    steps: Flow | None = Field(default=None, alias="flow")
    pages: list[PageSnapshot] = []
    statements: dict[str, Statement] = {}
    inputs: dict[str, AnyField] = {}
    moves: dict[str, Text] = {}
    channels: dict[str, Channel] = {}
    roles: dict[str, Text] = {}

    @property
    def flow(self) -> Flow:
        """Flow of the service.

        Raises:
            LookupError: when the service has none.
        """
        if self.steps is None:
            raise LookupError(f'The service "{self.service}" has no flow.')
        return self.steps

    @cached_property
    def fields(self) -> Mapping[str, FieldBase]:
        """Fields of pages that are not repeated, by name."""
        return {name: field for page in self.pages if not page.repeat for name, field in page.fields.items()}

    @cached_property
    def sealed(self) -> frozenset[str]:
        """Names of answers that are stored encrypted; a repeated page is encrypted if one of its fields is."""
        names: set[str] = set()
        for page in self.pages:
            sealed = {name for name, each in page.fields.items() if each.is_sealed()}
            names |= ({page.repeat.name} if sealed else set()) if page.repeat else sealed
        return frozenset(names)

    @cached_property
    def sent_at_once(self) -> bool:
        """True if the last question sends the case without a summary, because others are asked afterwards."""
        return any(page.later for page in self.pages)

    @property
    def sensitive(self) -> bool:
        """Return whether all its answers must be encrypted."""
        return bool(self.definition.sensitive)

    def page(self, key: str) -> PageSnapshot | None:
        return next((page for page in self.pages if page.key == key), None)

    def content(self) -> dict[str, Any]:
        """The snapshot as JSON-compatible data."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, serialize_as_any=True)


def content_digest(content: dict[str, Any]) -> str:
    """SHA-256 of a version's content; sensitive to the order of moves, fields and options."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


#: Snapshots cached by this process, by primary key, oldest first. Versions are immutable, so nothing expires.
_snapshots: dict[int, ServiceSnapshot] = {}
CACHE_SIZE = 1000


def snapshot_of(version: ServiceVersion) -> ServiceSnapshot:
    """Parsed snapshot of a stored version; cached per process."""
    return _snapshots.get(version.pk) or _cache(version.pk, version.content)


def snapshots_by_version(keys: Iterable[int]) -> dict[int, ServiceSnapshot]:
    """Parsed snapshots by version id. No query if all are cached, else one."""
    wanted = set(keys)
    unread = ServiceVersion.objects.filter(pk__in=wanted - _snapshots.keys()) if wanted - _snapshots.keys() else ()
    fresh = {version.pk: _cache(version.pk, version.content) for version in unread}
    return fresh | {key: _snapshots[key] for key in wanted - fresh.keys() if key in _snapshots}


def _cache(key: int, content: Any) -> ServiceSnapshot:
    while len(_snapshots) >= CACHE_SIZE:
        _snapshots.pop(next(iter(_snapshots)), None)
    _snapshots[key] = ServiceSnapshot.model_validate(content)
    return _snapshots[key]


def build_snapshot(pack: ServicePack, service: ServiceFile) -> ServiceSnapshot:
    """Resolve blocks, flow, labels, statements, inputs and lists of a valid pack."""
    definition = service.definition
    flow = pack.flows[definition.flow] if definition.flow else None
    moves = [move for state in flow.states.values() for move in state.moves.items()] if flow else []
    words = {name for name, _move in moves} | ({"withdraw"} if flow else set())
    actors = {move.by for _name, move in moves} | ({state.by for state in flow.states.values()} if flow else set())
    return ServiceSnapshot(
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


def _channels(pack: ServicePack, definition: Definition) -> dict[str, Channel]:
    named = [
        (each, pack.channels[each]) if isinstance(each, str) else (f"text-{number}", Channel(name=each))
        for number, each in enumerate(definition.also, 1)
    ]
    return dict(named)


def _pages(pack: ServicePack, service: ServiceFile) -> list[PageSnapshot]:
    pages = [page for placed in expand_pages(pack, service) for page in _split_page(pack, placed)]
    return pages + [_document_page(pack, name, each) for name, each in service.definition.attach.items()]


def _split_page(pack: ServicePack, placed: ExpandedPage) -> list[PageSnapshot]:
    page = placed.page
    parts = [list(page.fields)] if page.repeat else group_by_dependency(page)
    return [
        PageSnapshot(
            key=_url_part(page.repeat.name if page.repeat else names[0]),
            heading=page.page or page.fields[names[0]].label,
            single=page.page is None,
            hint=page.hint if names is parts[0] else None,
            when=placed.when,
            repeat=page.repeat,
            later=placed.later,
            fields={name: _with_list(pack, page.fields[name]) for name in names},
        )
        for names in parts
    ]


def _url_part(name: str) -> str:
    return name.replace("_", "-")


def _document_page(pack: ServicePack, name: str, attachment: Attachment) -> PageSnapshot:
    statement = pack.statements[attachment.statement] if attachment.statement else None
    field = DocumentField(
        label=attachment.label,
        hint=attachment.hint,
        optional=attachment.optional,
        max=attachment.max,
        statement=attachment.statement,
        statement_name=statement.name if statement else None,
        statement_text=statement.text if statement else None,
        one_of=attachment.one_of,
    )
    return PageSnapshot(
        key=f"doc-{_url_part(name)}", heading=attachment.label, single=True, when=attachment.when, fields={name: field}
    )


def _with_list(pack: ServicePack, field: FieldBase) -> FieldBase:
    """The field, and recursively its parts, with the options of the list it names."""
    listed: str | None = getattr(field, "list", None)
    if listed:
        return field.model_copy(update={"options": pack.lists[listed]})
    parts: dict[str, FieldBase] | None = getattr(field, "fields", None)
    if parts:
        return field.model_copy(update={"fields": {name: _with_list(pack, part) for name, part in parts.items()}})
    return field
