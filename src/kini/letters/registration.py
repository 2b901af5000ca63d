"""Registration in other rooms: the type of document, panels, timeline entries, templates, API."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kini.api.operations import ApiModule, api_modules
from kini.cases.public import CasePanel, case_panels, kept_documents, step_papers
from kini.cases.rules import entry_renderers
from kini.documents.public import register_document_type, template_folders
from kini.documents.rules import CAUSES
from kini.letters import api, panels, preview, queries
from kini.letters.document_type import LETTER, RETENTION, LetterType
from kini.letters.permissions import LetterPermission
from kini.people.public import register_permissions


def register() -> None:
    """Register everything once; called from `LettersConfig.ready`."""
    register_permissions(LetterPermission)
    register_document_type(LETTER, LetterType())
    kept_documents.register(RETENTION.name, queries.retained_attachments)
    api_modules.register("letters", ApiModule("Letters", api.router))
    template_folders.register("letters", Path(__file__).parent / "paper")
    entry_renderers.register("letter", _letter_ready)
    entry_renderers.register("letter-withdrawn", _letter_withdrawn)
    case_panels.register("letters-tracker", CasePanel("tracker", panels.resident_panel))
    case_panels.register("letters-sent", CasePanel("sent", panels.resident_panel))
    case_panels.register("letters-receipt", CasePanel("papers", panels.receipt_button))
    case_panels.register("letters-desk", CasePanel("desk", panels.desk_panel))
    step_papers.register("letters", preview.preview_path)


def _letter_ready(data: Mapping[str, Any]) -> str:
    if data["replaces"]:
        return _("A newer letter “%(title)s” replaces the previous one, which is no longer valid.") % data
    return _("Your letter “%(title)s” is ready. Download it on the page of this case.") % data


def _letter_withdrawn(data: Mapping[str, Any]) -> str:
    words = {**data, "cause": CAUSES[data["cause"]]}
    return _("Your letter “%(title)s” was withdrawn and is no longer valid. %(cause)s") % words
