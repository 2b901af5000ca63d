"""Section of a person's health record: results of self-assessments."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.core import dated_rules
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.prevention.models import SelfAssessment
from kini.records.public import HealthEntry, HealthSection, Subject, health_sections


def _self_assessments(subject: Subject) -> Iterator[HealthEntry]:
    if not subject.own:
        return
    for each in SelfAssessment.objects.filter(user=subject.resident.user_id).order_by("-at")[:20]:
        disease = diseases().get(each.disease)
        rules = dated_rules.rule_in_force(disease.self_assessment, each.rules_since) if disease else None
        level = rules.levels.get(each.level) if rules else None
        yield HealthEntry(
            str(disease.name) if disease else each.disease,
            each.at.date(),
            (_("No diagnosis: your own answers about symptoms."),),
            str(level.name) if level else _("Get help now") if each.level == "emergency" else each.level,
            link=reverse("epidemic:self-assessment-result", args=[each.pk]),
            link_text=_("See the result"),
            changed_at=each.at,
        )


def register() -> None:
    """Register the section; called once at start."""
    section = HealthSection(
        *(gettext_lazy("Self-assessments"), "check", 60, _self_assessments),
        gettext_lazy("Your own answers of the last 14 days; nobody else sees them."),
        gettext_lazy("Answer the questions again, or delete the result on its page."),
        shared=False,
    )
    health_sections.register("self-assessments", section)
