"""Table of the elements of FHIR R4 from the models of fhir.resources; run as a module, it writes the sandbox's file."""

import re
from collections.abc import Iterable
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from kini.satusehat.sandbox.fhir_server import TYPES
from kini.satusehat.sandbox.structure import COMMON, FILE

HEAD = """# Elements of FHIR R4 (CC0): resources, parts, data types. "*": a list; "!": required; "=x": one of choice x.
# Made by `python -m tests.satusehat.sandbox.r4_elements`.
"""
NAMES = (
    "boolean integer decimal positiveInt unsignedInt string code id uri url canonical oid uuid markdown base64Binary "
    "instant date dateTime time xhtml"
)
PRIMITIVES = {name.casefold(): name for name in NAMES.split()}
PRIMITIVES |= {"bool": "boolean", "encodedbytes": "base64Binary", "uuidversion": "uuid"}
LEFT_OUT = {"fhir_comments", "resource_type", "resourceType"}


def element_table(types: Iterable[str] = (*TYPES, "Bundle", "Extension", "Meta", "Narrative")) -> str:
    """Text of the file."""
    rows, waiting = dict[str, list[str]](), sorted(types)
    while waiting:
        if (name := waiting.pop()) not in rows:
            rows[name] = []
            for element, field in get_fhir_model_class(name).model_fields.items():
                alias = field.alias or element
                if alias not in LEFT_OUT and not alias.startswith("_"):
                    target = _type_name(field)
                    if alias == "id" or COMMON.get(alias) in (target, target.lower()):
                        continue
                    rows[name].append(f"{alias}:{PRIMITIVES.get(target.casefold(), target)}{_flags(field)}")
                    if target.casefold() not in PRIMITIVES and target != "Resource":
                        waiting.append(target)
    return HEAD + "".join(f"{name} {' '.join(elements)}".rstrip() + "\n" for name, elements in sorted(rows.items()))


def _type_name(field: Any) -> str:
    """FHIR type of a field: an abstract type, an annotated primitive, or Python's bool."""
    annotation = f"{field.annotation}"
    for pattern in (
        r"(?:abc|fhirtypes)\.(?!FHIRPrimitiveExtension)(\w+)Type\b",
        r"fhir_core\.types\.(\w+)",
        r"\b(bool)\b",
    ):
        if found := re.search(pattern, annotation):
            return found[1]
    found = re.search(r"Annotated\[.*?, (\w+)\(", annotation) or re.search(r", (\w+)\(", annotation)
    assert found, annotation
    return found[1]


def _flags(field: Any) -> str:
    extra = field.json_schema_extra or {}
    flags = "*" if re.search(r"\bList\[|\blist\[", f"{field.annotation}") else ""
    if extra.get("element_required") or field.is_required():
        flags += "!"
    if choice := extra.get("one_of_many"):
        flags += f"={choice}" + ("!" if extra.get("one_of_many_required") else "")
    return flags


if __name__ == "__main__":
    FILE.write_text(element_table(), "utf-8")
