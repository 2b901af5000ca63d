"""Permissions of officers in the vaccination room."""

from django.utils.translation import gettext_lazy as _

from kini.people.public import Permission


class VaccinationPermission(Permission):
    SEE_DOSES = "see-doses", _("see the doses of people at the own site")
    SEE_AREA_DOSES = "see-area-doses", _("see the doses of people in the own area")
    GIVE_DOSES = "give-doses", _("check in, screen and vaccinate at a site")
    MANAGE_STOCK = "manage-vaccine-stock", _("receive, move and write off vaccines of a site")
    CORRECT_DOSES = "correct-doses", _("correct doses and decide on disputes")
    REVIEW_EVENTS = "review-adverse-events", _("see serious events after vaccinations and review them")
