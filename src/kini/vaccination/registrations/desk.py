"""Desk page of vaccinators: people of the own site or area who missed a dose; every look is logged."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kini.people import actions as people_actions
from kini.people.public import details_of, officers_only, person_reads
from kini.people.queries import actor_for
from kini.records.public import visible
from kini.vaccination.campaigns.campaign_files import campaign_name, campaigns, vaccine_name
from kini.vaccination.doses.record_access import ACCESS_TYPE, VACCINATE
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.registrations import queries
from kini.vaccination.registrations.models import NextDose

#: People on a page: as many as a team calls in a day.
LONGEST_LIST = 100


@officers_only(VaccinationPermission.SEE_DOSES)
@require_safe
def missed(request: HttpRequest) -> HttpResponse:
    """List who missed a dose, the longest overdue first, with how they were reached."""
    by, campaign = actor_for(request), request.GET.get("campaign", "")
    rows = visible(by, NextDose, queries.missed_doses())
    if campaign in campaigns():
        rows = rows.filter(campaign=campaign)
    shown = list(rows[:LONGEST_LIST])
    reads = person_reads([row.person for row in shown])
    people_actions.log_reads(by=by, what=ACCESS_TYPE, reads=reads, purpose=VACCINATE)
    context = {
        "rows": [
            {
                "dose": row,
                "person": details_of(row.person),
                "campaign": campaign_name(row.campaign),
                "vaccine": vaccine_name(row.last_vaccine),
            }
            for row in shown
        ],
        "count": rows.count(),
        "limit": LONGEST_LIST,
        "campaigns": campaigns(),
        "chosen": campaign,
    }
    return render(request, "vaccination/registrations/missed.html", context)
