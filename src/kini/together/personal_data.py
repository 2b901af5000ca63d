"""Personal data of mutual help: one's gifts, and the needs for which one is the contact."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories
from kini.together import queries
from kini.together.labels import NEED_STATES, PLEDGE_STATES
from kini.together.models import Need
from kini.together.programmes import package_of


def _pledges(subject: DataSubject) -> Iterator[DataRecord]:
    if not subject.resident.user_id:
        return
    for each in queries.pledges_of(subject.resident.user_id):
        package = package_of(each.line.need.programme, each.line.package)
        yield {
            "number": each.reference,
            "giver": each.giver.name,
            "place": "" if each.line.need.beneficiary.hidden else each.line.need.beneficiary.name,
            "package": str(package.name) if package else each.line.package,
            "quantity": each.quantity,
            "made": each.created_at,
            "state": PLEDGE_STATES[each.state][0],
        }


def _needs(subject: DataSubject) -> Iterator[DataRecord]:
    if not subject.resident.user_id:
        return
    for each in Need.objects.filter(beneficiary__contact=subject.resident.user_id).select_related("beneficiary"):
        yield {
            "number": each.reference,
            "place": each.beneficiary.name,
            "made": each.created_at,
            "state": NEED_STATES[each.state][0],
        }


def register() -> None:
    """Register the categories; called once at start."""
    for category in (
        PersonalDataCategory(
            "together.pledges",
            _("Gifts"),
            _("What you pledged and gave, alone or for a group or firm"),
            _("So that help arrives, and that everybody can recompute how much did"),
            LegalBasis.TASK,
            _("The receiving side sees the number of the pledge; officers of the area see the giver"),
            {
                "number": _("Number"),
                "giver": _("Group or firm"),
                "place": _("For"),
                "package": _("Package"),
                "quantity": _("Quantity"),
                "made": _("Made"),
                "state": _("State"),
            },
            _pledges,
            rules=("together.needs", "together.givers", "together.photos"),
            stays=_("Needed for the accounts of the gifts; the public ledger never names you."),
        ),
        PersonalDataCategory(
            "together.contacts",
            _("Needs for which you are the contact"),
            _("That you speak for a neighbourhood, an institution or your household"),
            _("So that givers and deliverers reach the right place"),
            LegalBasis.TASK,
            _("Officers of the area"),
            {"number": _("Number"), "place": _("Place"), "made": _("Made"), "state": _("State")},
            _needs,
            rules=("together.needs", "together.households", "together.household-names"),
            stays=_("Another contact can take your place at any time: tell the office of your area."),
        ),
    ):
        personal_data_categories.register(category.name, category)
