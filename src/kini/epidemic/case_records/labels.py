"""Words for what records hold: codes of the disease's file in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.core.localized_text import Text
from kini.epidemic.case_records.models import CaseRecord, ClassificationChange, LabTest
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.diseases.schema import Disease

CLASSIFICATIONS: Mapping[str, str | Promise] = {
    "suspected": gettext_lazy("Suspected"),
    "probable": gettext_lazy("Probable"),
    "confirmed": gettext_lazy("Confirmed"),
    "discarded": gettext_lazy("Discarded"),
}
RESULTS: Mapping[str, str | Promise] = {
    "positive": gettext_lazy("Positive"),
    "negative": gettext_lazy("Negative"),
    "inconclusive": gettext_lazy("Inconclusive"),
}


def classification_label(classification: str) -> str:
    """Return a classification in words."""
    return str(CLASSIFICATIONS.get(classification, classification))


def disease_name(name: str) -> str:
    """Return the name of a disease; its id if the pack has it no more."""
    known = diseases().get(name)
    return str(known.name) if known else name


def symptom_names(case: CaseRecord) -> list[str]:
    """Return the names of a case's symptoms."""
    disease = diseases().get(case.disease)
    known = disease.symptoms if disease else {}
    return [str(known[each].name) if each in known else each for each in case.symptoms]


def outcome_name(case: CaseRecord) -> str:
    """Return the name of a case's outcome; "" while ill."""
    disease = diseases().get(case.disease)
    known = disease.outcomes.get(case.outcome) if disease else None
    return str(known.name) if known else case.outcome


def test_name(test: LabTest) -> str:
    """Return the name of a test."""
    disease: Disease | None = diseases().get(test.disease)
    known = disease.tests.get(test.test) if disease else None
    return str(known.name) if known else test.test


def result_name(result: str) -> str:
    """Return a result in words."""
    return str(RESULTS.get(result, result)) if result else _("Not known yet")


def reason_of(change: ClassificationChange) -> str:
    """Return the reason of a classification in words."""
    return str(Text(change.because)) or _(
        "Suspected by the health worker who recorded it; no case definition is met yet"
    )
