"""`./kini registries`: list the registries that rooms fill, and plug-ins too, from the source code."""

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parents[1]


class FoundRegistry(NamedTuple):
    """Registry of the source code: its import, name of an item, type of the items, and the comment above it."""

    module: str
    name: str
    item: str
    type: str
    about: str


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--markdown", action="store_true", help="as the table of docs/registries.md")


def run(options: argparse.Namespace) -> int:
    if options.markdown:
        print(markdown_table())
        return 0
    for each in registries():
        print(f"{each.module}.{each.name}: {each.item}")
    return 0


def registries() -> list[FoundRegistry]:
    """All registries by module; those of the house's own tools are left out."""
    return sorted(found for path in SOURCE.rglob("*.py") for found in _of_module(path))


def markdown_table() -> str:
    rows = [
        f"| `{each.module}.{each.name}` | {each.item} | `{each.type.replace('|', chr(92) + '|')}` | {each.about} |"
        for each in registries()
    ]
    return "\n".join(["| registry | an item is a | of the type | remark |", "|---|---|---|---|", *rows])


def _of_module(path: Path) -> Iterator[FoundRegistry]:
    text = path.read_text("utf-8")
    if "Registry" not in text:
        return
    lines = text.splitlines()
    module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and (label := _label(node.value)):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            kind = re.search(r"Registry\[(.*?)\](?: = |\()", " ".join(ast.unparse(node).split()))
            yield FoundRegistry(
                module, ast.unparse(target), label, kind[1] if kind else "", _comment(lines, node.lineno)
            )


def _label(value: ast.expr | None) -> str:
    """Name of an item, if the value creates a registry."""
    if not isinstance(value, ast.Call) or not re.fullmatch(r"Registry(\[.*\])?", ast.unparse(value.func)):
        return ""
    (argument,) = value.args
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def _comment(lines: list[str], line: int) -> str:
    """Text of the `#:` comment that ends above a line."""
    above = []
    for each in reversed(lines[: line - 1]):
        if not each.startswith("#:"):
            break
        above.append(each.removeprefix("#:").strip())
    return " ".join(reversed(above))
