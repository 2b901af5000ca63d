"""privacy.yaml of the pack: controller, contacts, purposes and retention terms of personal data."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import Field

from kini.city.pack import load_city
from kini.city.schema import Id, StrictModel
from kini.core import retention
from kini.core.config_files import ConfigError, ConfigErrors, SourceFile, parse_model, read_source_file
from kini.core.localized_text import Text, missing_translations
from kini.core.process_cache import cached

FILE = "privacy.yaml"
RuleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9.-]*$", max_length=80)]


class Contact(StrictModel):
    """Contact for questions about personal data: the data protection officer."""

    name: Text
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)
    phone: str | None = None
    address: Text | None = None


class Authority(StrictModel):
    """Supervisory authority, for complaints and breach notifications."""

    name: Text
    how: Text = Field(description="How to complain there, in one sentence.")
    address: Text | None = None


class RetentionTerm(StrictModel):
    """Retention term that overrides the default, with its legal basis."""

    days: int = Field(ge=1, le=36_500)
    law: Text


class Purpose(StrictModel):
    """Additional purpose for the privacy notice; the built-in ones come from a registry."""

    data: Text
    purpose: Text
    basis: Text
    term: Text


class PrivacyFile(StrictModel):
    """privacy.yaml.

    Attributes:
        agency: decides on requests about personal data, through its officers with `role`.
        appeal_role: role of the officers who decide on objections to a refusal.
        law: name of the data protection law.
        retention: terms by name of the rule (`./kini check retention` lists them).
    """

    controller: Text
    agency: Id
    role: Id = "data-protection-officer"
    appeal_role: Id = "agency-head"
    law: Text
    contact: Contact
    authority: Authority
    purposes: list[Purpose] = []
    retention: dict[RuleName, RetentionTerm] = {}


def current() -> PrivacyFile | None:
    """Return privacy.yaml of the running pack; None without such a file.

    Raises:
        ConfigErrors: the file is invalid.
    """
    return _once(settings.CITY_PATH)


@cached(maxsize=4)
def _once(root: Path) -> PrivacyFile | None:
    return read(root)


def read(root: Path) -> PrivacyFile | None:
    """Read privacy.yaml of the pack at `root`; None without such a file.

    Raises:
        ConfigErrors: all errors of the file.
    """
    return parse_model(read_source_file(root / FILE, root), PrivacyFile) if (root / FILE).is_file() else None


def retention_terms() -> Mapping[str, timedelta]:
    """Retention terms of the pack by name of the rule."""
    file = current()
    return {name: timedelta(days=term.days) for name, term in file.retention.items()} if file else {}


def check_privacy(root: Path) -> Iterator[ConfigError]:
    """Errors in privacy.yaml, for `./kini check pack`."""
    if not (root / FILE).is_file():
        return
    try:
        source = read_source_file(root / FILE, root)
        file = parse_model(source, PrivacyFile)
        yield from missing_translations(source, file, load_city(root).languages)
        yield from _references(root, source, file)
    except ConfigErrors as faults:
        yield from (fault for fault in faults.errors if fault.file == FILE)


def _references(root: Path, source: SourceFile, privacy: PrivacyFile) -> Iterator[ConfigError]:
    for file, place, name in (
        ("agencies.yaml", "agency", privacy.agency),
        ("roles.yaml", "role", privacy.role),
        ("roles.yaml", "appeal_role", privacy.appeal_role),
    ):
        known = read_source_file(root / file, root).data
        if name not in known:
            yield source.error_at(
                (place,),
                _('there is no "%(name)s" in %(file)s') % {"name": name, "file": file},
                _("Use one of: %(names)s.") % {"names": ", ".join(known)},
            )
    for name in privacy.retention:
        if name not in retention.rules:
            known_rules = ", ".join(sorted(retention.rules.names()))
            yield source.error_at(
                ("retention", name),
                _('there is no rule "%(name)s"') % {"name": name},
                _("Use one of: %(names)s.") % {"names": known_rules},
            )
