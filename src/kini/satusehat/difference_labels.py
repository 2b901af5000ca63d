"""Names for pages: differences, fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.satusehat.refused_records import advice_on, from_json
from kini.vaccination.public import campaign_files

NO_PAGES: Mapping[str, str] = {}
#: Kinds of `comparison.Difference`.
COMPARED = {
    "not-sent": gettext_lazy("Not sent yet"),
    "waiting": gettext_lazy("Waits to be sent"),
    "refused": gettext_lazy("Refused by SATUSEHAT"),
    "missing": gettext_lazy("SATUSEHAT does not have it"),
    "differs": gettext_lazy("Differs"),
    "double": gettext_lazy("SATUSEHAT has it twice"),
    "extra": gettext_lazy("Only SATUSEHAT has it"),
}
#: Kinds of `PulledDifference`.
PULLED = {
    "differs": gettext_lazy("Differs from the dose here"),
    "double": gettext_lazy("The same dose number on another day"),
    "withdrawn": gettext_lazy("Withdrawn at SATUSEHAT"),
    "unknown-vaccine": gettext_lazy("A vaccine that this city does not know"),
}
FIELDS = {
    "given": gettext_lazy("given or not"),
    "vaccine": gettext_lazy("vaccine"),
    "number": gettext_lazy("dose number"),
    "day": gettext_lazy("day"),
    "lot": gettext_lazy("lot"),
}
PLACES = {
    "dose": gettext_lazy("Correct the record"),
    "person": gettext_lazy("Correct the person's data"),
    "site": gettext_lazy("Ask the operator about the site"),
    "officer": gettext_lazy("Complete the vaccinator's profile"),
    "operator": gettext_lazy("Ask the operator"),
}


def their_vaccine(theirs: Mapping[str, Any]) -> str:
    """Return the name of the vaccine of a pulled dose, or its codes where the city does not know it."""
    return campaign_files.vaccine_name(theirs["vaccine"]) if theirs["vaccine"] else ", ".join(theirs["codes"])


def sentences_of(problems: Sequence[Mapping[str, str]], pages: Mapping[str, str] = NO_PAGES) -> list[dict[str, Any]]:
    """Return each problem of a JSON column as sentence, rule, and what to do.

    Args:
        pages: address by place (`Advice.correct`) of the page on which the fault is corrected.
    """
    rows = []
    for problem in from_json(problems):
        advice = advice_on(problem)
        link = pages.get(advice.correct, "")
        rows.append({"sentence": advice.sentence, "rule": problem.rule, "do": PLACES[advice.correct], "link": link})
    return rows


def pages_of(record_type: str, reference: str) -> dict[str, str]:
    """Return the addresses on which faults of a record are corrected, by place, as `sentences_of` takes them.

    The page of a dose moves it to the right person, with the right number; that of a case record likewise.
    """
    name = "vaccination:desk-dose" if record_type == "dose" else "epidemic:desk-case"
    address = reverse(name, args=[reference])
    return {"dose": address, "person": address}


def difference_words(difference: Mapping[str, Any]) -> str:
    """Return a difference of a comparison in words."""
    label = str(COMPARED.get(difference["kind"], difference["kind"]))
    fields = ", ".join(str(FIELDS.get(each, each)) for each in difference["fields"])
    return _("%(label)s: %(fields)s") % {"label": label, "fields": fields} if fields else label
