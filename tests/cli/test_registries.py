"""The list of registries is that of the source code."""

from kini.cli.registries import markdown_table, registries
from kini.core.environment import ROOT
from kini.core.registry import Registry
from kini.services.kinds import kinds


def test_the_document_lists_every_registry() -> None:
    """After a change: `./kini registries --markdown`."""
    assert markdown_table() in (ROOT / "docs" / "registries.md").read_text("utf-8")


def test_registries_are_found_with_their_type_and_remark() -> None:
    found = {f"{each.module}.{each.name}": each for each in registries()}
    assert found["kini.services.kinds.kinds"].item == kinds.what
    assert found["kini.core.sandboxes.sandboxes"].type == "SandboxServer"
    assert found["kini.city.schema_registry.file_schemas"].about.startswith("Schema by the name of the file")
    assert Registry.__module__ == "kini.core.registry"
