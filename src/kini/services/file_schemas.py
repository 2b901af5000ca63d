"""JSON Schemas of the pack's files that make services, by the name of the file or folder."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import BaseModel, RootModel

from kini.core.localized_text import Text
from kini.services.catalogue import Catalogue
from kini.services.flows import Flow
from kini.services.schema import Block, Channel, Statement, service_file_schema

DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


def _model_schema(model: type[BaseModel]) -> dict[str, Any]:
    return DIALECT | model.model_json_schema(by_alias=True)


def _table_schema(item: Any) -> dict[str, Any]:
    """Schema of a file that maps names to items."""
    return _model_schema(RootModel[dict[str, item]])


def _flow_schema() -> dict[str, Any]:
    """Schema of a flow, whose states inherit missing keys from states.yaml."""
    schema = _model_schema(Flow)
    schema["$defs"]["State"].pop("required")
    return schema


def _block_schema() -> dict[str, Any]:
    """Schema of a block, whose questions are those of a service file."""
    schema = _model_schema(Block)
    return schema | {"$defs": service_file_schema()["$defs"] | {"Page": schema["$defs"]["Page"]}}


#: Schema by file: `service` is a file below services/, `flow` one of flows/, `block` one of blocks/.
FILE_SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "service": service_file_schema,
    "flow": _flow_schema,
    "block": _block_schema,
    "catalogue": partial(_model_schema, Catalogue),
    "channels": partial(_table_schema, Channel),
    "statements": partial(_table_schema, Statement),
    "moves": partial(_table_schema, Text),
}
