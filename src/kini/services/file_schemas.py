"""JSON Schemas of the pack's files that make services, by the name of the file or folder."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import RootModel

from kini.city.public import DIALECT, file_schemas, model_schema
from kini.core.localized_text import Text
from kini.services.catalogue import Catalogue
from kini.services.flows import Flow
from kini.services.schema import Block, Channel, Statement, service_file_schema


def _table_schema(item: Any) -> dict[str, Any]:
    """Schema of a file that maps names to items."""
    return model_schema(RootModel[dict[str, item]])


def _flow_schema() -> dict[str, Any]:
    """Schema of a flow, whose states inherit missing keys from states.yaml."""
    schema = model_schema(Flow)
    schema["$defs"]["State"].pop("required")
    return schema


def _block_schema() -> dict[str, Any]:
    """Schema of a block, whose questions are those of a service file."""
    schema = model_schema(Block)
    return schema | {"$defs": service_file_schema()["$defs"] | {"Page": schema["$defs"]["Page"]}}


def _states_schema() -> dict[str, Any]:
    """Schema of states.yaml: what states of flows with the same names inherit, all of it optional."""
    schema = _flow_schema()
    state = {"type": "object", "additionalProperties": {"$ref": "#/$defs/State"}}
    return {key: schema[key] for key in ("$schema", "$defs")} | state


def _inputs_schema() -> dict[str, Any]:
    """Schema of inputs.yaml: fields of any type by name."""
    field = {"type": "object", "additionalProperties": {"$ref": "#/$defs/FieldBase"}}
    return DIALECT | {"$defs": service_file_schema()["$defs"]} | field


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "service": service_file_schema,
    "flow": _flow_schema,
    "states": _states_schema,
    "inputs": _inputs_schema,
    "block": _block_schema,
    "catalogue": partial(model_schema, Catalogue),
    "channels": partial(_table_schema, Channel),
    "statements": partial(_table_schema, Statement),
    "moves": partial(_table_schema, Text),
}


def register() -> None:
    """Register the schemas of this room's files; called from `services.registration.register`."""
    for name, schema in SCHEMAS.items():
        file_schemas.register(name, schema)
