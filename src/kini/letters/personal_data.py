"""Personal data of letters. Their files are among the documents of their cases."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.cases.models import Case
from kini.cases.public import own_or_family_q
from kini.documents.models import SignedDocument
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories


def _letters(person: DataSubject) -> Iterator[DataRecord]:
    cases = Case.objects.filter(own_or_family_q(person.user.pk))
    for document in SignedDocument.objects.filter(letter__case__in=cases).order_by("issued_at"):
        own = {"number": document.number, "title": document.title, "issued_at": document.issued_at}
        yield own | {"state": document.get_state_display(), "code": document.code}


def register() -> None:
    """Register the personal data of this room; called from `AppConfig.ready`."""
    name = "letters.letters"
    entry = PersonalDataCategory(
        name,
        _("Letters"),
        _("Signed letters issued to you, and whether they are still valid"),
        _("So that anybody to whom you show one can verify it"),
        LegalBasis.LAW,
        _("You, officers of the agency, and anybody who has the code of the letter"),
        {
            "number": _("Number"),
            "title": _("Title"),
            "issued_at": _("Issued"),
            "state": _("State"),
            "code": _("Code"),
        },
        _letters,
        rules=("letters.papers",),
        stays=_(
            "Signed letters stay, because anybody who holds one must be able to check it, and archives law keeps them."
        ),
    )
    personal_data_categories.register(name, entry)
