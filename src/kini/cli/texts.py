"""`./kini texts`: collect the interface's texts from code and templates, and compile their translations.

`./kini texts FOLDER` does it for the package of a plug-in, which has a folder `locale` of its own. English texts are in
the code; every other language has a file locale/LANGUAGE/LC_MESSAGES/django.po. New texts are added untranslated,
unused ones are removed; compiled files are written beside them.
"""

import argparse
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from kini.core.command_line import CommandError
from kini.core.environment import ROOT

SOURCE = ROOT / "src" / "kini"
_LAZY = ("gettext", "ngettext", "pgettext", "npgettext")
KEYWORDS = DEFAULT_KEYWORDS | {f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in _LAZY} | {"gettext_noop": None}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package", nargs="?", type=Path, default=SOURCE, help="folder of a plug-in's package (Kini's)")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a translation is missing or outdated"
    )


def run(options: argparse.Namespace) -> int:
    faults = 0
    paths = catalogs(options.package.resolve())
    if not paths:
        raise CommandError(f"{options.package} has no locale/LANGUAGE/LC_MESSAGES/django.po.")
    for path in paths:
        catalog = updated(path)
        missing = [message.id for message in catalog if message.id and not translated(message.string)]
        faults += len(missing) + (options.check and not is_current(path, catalog))
        if not options.check:
            save(path, catalog)
        print(f"{catalog.locale}: {len(catalog)} texts, {len(missing)} without translation")
        for text in missing:
            print(f"  {text}")
    return 1 if options.check and faults else 0


def catalogs(package: Path) -> list[Path]:
    """Catalogues of a package, one for each language."""
    return sorted(package.glob("locale/*/LC_MESSAGES/django.po"))


def translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(string) if isinstance(string, str) else bool(string) and all(string or ())


def updated(path: Path) -> Catalog:
    """Read a catalogue and update it: add new texts without translation, remove unused ones."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parts[-3])
    template = Catalog()
    for place, text, context in texts(path.parents[3]):
        template.add(text, locations=[place], context=context)
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def texts(package: Path) -> Iterator[tuple[tuple[str, int], str | tuple[str, ...], str | None]]:
    """Yield every text of a package: (file, line), the text or (singular, plural), the context."""
    for path in sorted(
        [*package.rglob("*.py"), *package.rglob("templates/**/*.html"), *package.rglob("templates/**/*.txt")]
    ):
        content = path.read_text("utf-8")
        code = content if path.suffix == ".py" else _unindented(templatize(content, origin=str(path)))
        for line, function, messages, _ in extract_python(io.BytesIO(code.encode()), KEYWORDS, (), {}):
            if messages:
                yield (path.relative_to(package).as_posix(), line), *meaning(str(function), messages)


def _unindented(code: str) -> str:
    """Remove the indentation of a template, which Python's tokenizer would take for that of blocks."""
    return re.sub(r"^[ \t]+", "", code, flags=re.MULTILINE)


def meaning(function: str, messages: Any) -> tuple[str | tuple[str, ...], str | None]:
    """Text (or singular and plural) and context of a call of a gettext function."""
    parts = [messages] if isinstance(messages, str) else [part for part in messages if part is not None]
    context = parts.pop(0) if "pgettext" in function else None
    return (parts[0], parts[1]) if "ngettext" in function or "npgettext" in function else parts[0], context


def compiled(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def save(path: Path, catalog: Catalog) -> None:
    with path.open("wb") as file:
        write_po(file, catalog, width=120, sort_output=True, no_location=True, omit_header=False)
    path.with_suffix(".mo").write_bytes(compiled(catalog))


def is_current(path: Path, catalog: Catalog) -> bool:
    """True if the compiled file matches the catalogue, apart from the header."""
    mo = path.with_suffix(".mo")
    if not mo.exists():
        return False
    with mo.open("rb") as file:
        return said(read_mo(file)) == said(catalog)


def said(catalog: Catalog) -> dict[tuple[Any, str | None], Any]:
    """Translations by text and context; singular and plural both as tuples."""
    # Contexts read from a compiled file are bytes.
    contexts = {m.context: m.context.decode() if isinstance(m.context, bytes) else m.context for m in catalog}
    return {(_parts(m.id), contexts[m.context]): _parts(m.string) for m in catalog if m.id}


def _parts(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)
