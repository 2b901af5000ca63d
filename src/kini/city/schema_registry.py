"""JSON Schemas of the files of a pack, for editors: one registry, which every room that reads files fills."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from kini.core.registry import Registry

DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}

#: Schema by the name of the file, or of one in a folder ("service" is a file below services/).
file_schemas: Registry[Callable[[], dict[str, Any]]] = Registry("kind of file")


def model_schema(model: type[BaseModel]) -> dict[str, Any]:
    return DIALECT | model.model_json_schema(by_alias=True)
