"""Documents are true: every command line, file and program in them is parsed, and links lead somewhere.

A fenced example says after its language what it is: `yaml feeds/x.yaml` is a file of a pack (its keys take the place of
those that Jakarta's file has), `toml KINI_X` the file of that variable.
"""

import argparse
import ast
import csv
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import textwrap
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from babel.messages.pofile import read_po
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings

from kini.city.pack_checks import check_pack
from kini.cli.command import all_verbs, match_verb
from kini.core.environment import ROOT
from kini.core.provider_config import load_providers
from kini.core.registry import Registry
from kini.messages.providers.base import adapters as message_adapters
from kini.payments.providers.base import adapters as payment_adapters
from kini.people.directory_config import DirectoryConfig
from kini.people.identity_registers.base import register_adapters
from kini.reports.open311.other_cities import adapters as open311_adapters
from kini.satusehat.satusehat_client import client_adapters
from kini.services.kinds import kinds
from kini.wifi.portal.controllers import adapters as wifi_adapters

JAKARTA = ROOT / "cities" / "jakarta"
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
ADAPTERS: dict[str, Registry[Any]] = {
    "KINI_MESSAGES": message_adapters,
    "KINI_OPEN311": open311_adapters,
    "KINI_PAYMENTS": payment_adapters,
    "KINI_REGISTER": register_adapters,
    "KINI_SATUSEHAT": client_adapters,
    "KINI_WIFI": wifi_adapters,
}


class Example(NamedTuple):
    """A fenced block of a document with its language, and the file that it is."""

    document: str
    line: int
    language: str
    file: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def _examples() -> list[Example]:
    fence = re.compile(r"^ *```(\w*) *(\S*)\n(.*?)^ *```$", re.S | re.M)
    return [
        Example(
            str(path.relative_to(ROOT)),
            text[: each.start()].count("\n") + 1,
            each[1],
            each[2],
            textwrap.dedent(each[3]),
        )
        for path in DOCUMENTS
        for text in [path.read_text("utf-8")]
        for each in fence.finditer(text)
    ]


EXAMPLES = _examples()


def _parses_sh(text: str) -> None:
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)


def _parses_http(text: str) -> None:
    head, _line, body = text.partition("\n")
    assert re.fullmatch(r"(GET|POST|PUT|DELETE) /\S+", head), head
    json.loads(body)


def _parses_csv(text: str) -> None:
    head, *rows = csv.reader(text.splitlines())
    assert rows
    assert {len(row) for row in rows} == {len(head)}


def _parses_sql(text: str) -> None:
    statements = re.sub(r"--.*", "", text).strip()
    assert re.match(r"(CREATE|ALTER|SELECT|GRANT)\b", statements)


def _read_yaml(text: str) -> Any:
    return yaml.load(text, yaml.CSafeLoader)  # noqa: S506 -- safe, and what the house reads packs with


#: Languages of examples and what reads them; `text` and `html` are settings of others' programs.
PARSERS: dict[str, Callable[[str], object]] = {
    "csv": _parses_csv,
    "html": str,
    "http": _parses_http,
    "ini": lambda text: [line.split("=", 1)[1] for line in text.splitlines()],
    "json": json.loads,
    "python": ast.parse,
    "sh": _parses_sh,
    "sql": _parses_sql,
    "text": str,
    "toml": tomllib.loads,
    "yaml": _read_yaml,
}


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_can_be_read(example: Example) -> None:
    assert example.language in PARSERS, "name the language of the example"
    PARSERS[example.language](example.text)


@pytest.fixture(scope="module")
def parsers() -> dict[str, argparse.ArgumentParser]:
    made = {}
    for name, verb in all_verbs().items():
        made[name] = argparse.ArgumentParser(prog=name, exit_on_error=False)
        importlib.import_module(verb.module).arguments(made[name])
    return made


#: Placeholders of a synopsis by a value that they can have.
VALUES = {"...": "", "NUMBER": "1", "N": "1", "DAY": "2026-12-01", "FILE.csv": "x.csv"}


def _command_lines(text: str) -> list[str]:
    fenced = "\n".join(each[1] for each in re.finditer(r"^ *```sh.*?\n(.*?)^ *```$", text, re.S | re.M))
    prose = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.S | re.M)
    lines = fenced.replace("\\\n", " ").splitlines()
    lines += [" ".join(each.split()) for each in re.findall(r"`([^`]+)`", prose)]
    return [line[line.index("./kini") :] for line in lines if re.search(r"(^|\s)\./kini \w", line)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_line_is_understood(path: Path, parsers: dict[str, argparse.ArgumentParser]) -> None:
    verbs, wrong = all_verbs(), []
    for line in _command_lines(path.read_text("utf-8")):
        words = shlex.split(re.split(r" [>|&]|; ", line)[0], comments=True)[1:]
        words = [VALUES.get(word, word) for word in words]
        words = [word.strip("[]") for word in words if word and word not in ("|",)]
        name = match_verb(verbs, words)
        if name is None:
            if words[0] not in {verb.split()[0] for verb in verbs.names()} | {"VERB", "help"}:
                wrong.append(line)
            continue
        given = words[name.count(" ") + 1 :]
        if not given or "--help" in given:
            continue
        try:
            parsers[name].parse_args(given)
        except (argparse.ArgumentError, SystemExit) as error:
            if not re.search(r"invalid choice: '[A-Z]+'", str(error)):  # a placeholder
                wrong.append(f"{line}: {error}")
    assert wrong == []


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.file.endswith((".yaml", "city.toml"))], ids=str)
def test_an_example_is_a_file_of_a_pack(example: Example, tmp_path: Path) -> None:
    pack = Path(shutil.copytree(JAKARTA, tmp_path / "pack"))
    file = pack / example.file
    before = file.read_text("utf-8") if file.is_file() else ""
    if example.language == "toml":
        text = f"{before}\n{example.text}"
    else:
        text = yaml.safe_dump(_read_yaml(before or "{}") | _read_yaml(example.text), allow_unicode=True)
    file.write_text(example.text if not before else text, "utf-8")
    assert [str(error) for error in check_pack(pack) if error.file == example.file] == []


def test_the_options_of_a_booking_are_valid() -> None:
    example = next(each for each in EXAMPLES if each.text.startswith("booking:"))
    kinds.get("booking").Options.model_validate(_read_yaml(example.text)["booking"])


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.file.startswith("KINI_")], ids=str)
def test_an_example_is_the_file_of_a_variable(example: Example, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    (tmp_path / "snap.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "bank.pub").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "unifi").write_text("secret", "utf-8")
    text = example.text.replace("/etc/kini", str(tmp_path))
    if example.file == "KINI_DIRECTORY":
        DirectoryConfig.model_validate(tomllib.loads(text))
        return
    file = tmp_path / "providers.toml"
    file.write_text(text, "utf-8")
    assert load_providers(example.file, file, ADAPTERS[example.file]).keys() == tomllib.loads(text).keys()


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    lost = []
    for link in links:
        if re.match(r"[a-z]+:", link) or "$(" in link:
            continue
        file, _hash, anchor = link.partition("#")
        target = Path(os.path.normpath(path.parent / file)) if file else path
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in _anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_tests_that_a_document_names_exist(path: Path) -> None:
    """SECURITY.md names the tests of each mitigation; a test that moved leaves a claim without proof."""
    named = re.findall(r"`(tests/[\w/]+(?:\.\w+)?)`", path.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "id").glob("*.md")), ids=lambda path: path.name)
def test_the_indonesian_guides_use_the_words_of_the_pages(path: Path) -> None:
    """Labels of pages are in italics."""
    with (Path(settings.LOCALE_PATHS[0]) / "id" / "LC_MESSAGES" / "django.po").open("rb") as file:
        strings = [message.string for message in read_po(file)]
    shown = {each for string in strings for each in ([string] if isinstance(string, str) else string or ())}
    labels = re.findall(r"(?<![*\w])\*([^*\n]+(?:\n[^*\n]+)?)\*(?!\*)", path.read_text("utf-8"))
    assert [label for label in labels if " ".join(label.split()) not in shown] == []


def test_the_indonesian_guide_for_authors_has_the_same_examples() -> None:
    texts: dict[str, list[tuple[str, str]]] = {each.document: [] for each in EXAMPLES}
    for each in EXAMPLES:
        texts[each.document].append((each.file, each.text))
    assert texts["docs/id/penulis-layanan.md"] == texts["docs/service-authors.md"]
