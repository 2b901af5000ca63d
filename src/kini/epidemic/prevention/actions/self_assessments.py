"""Writes of self-assessments: store one's own result, delete it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor, NotAllowed
from kini.epidemic.diseases.self_assessment_schema import SelfAssessmentRules
from kini.epidemic.prevention.assessment import AssessmentResult
from kini.epidemic.prevention.models import SelfAssessment


@action
def store_self_assessment(
    *, by: Actor, disease: str, rules: SelfAssessmentRules, answers: Mapping[str, Any], result: AssessmentResult
) -> SelfAssessment:
    """Store the actor's own result. The audit entry has no answers and no level.

    Raises:
        NotAllowed: for a visitor who is not signed in.
    """
    if by.user_id is None:
        raise NotAllowed(_("Sign in to keep your result."))
    stored = SelfAssessment.objects.create(
        user_id=by.user_id,
        disease=disease,
        version=rules.version,
        rules_since=rules.since,
        answers=dict(answers),
        level=result.level_id,
        points=result.points,
        at=current_time.now(),
    )
    audit.record(by=by, action="epidemic.self-assessed", subject=f"self-assessment:{stored.pk}")
    return stored


@action
def delete_self_assessment(*, by: Actor, self_assessment: int) -> None:
    """Delete one of the actor's own results.

    Raises:
        NotAllowed: when it is somebody else's.
    """
    if not SelfAssessment.objects.filter(pk=self_assessment, user_id=by.user_id or 0).delete()[0]:
        raise NotAllowed(_("This result belongs to another person, or is already deleted."))
    audit.record(by=by, action="epidemic.self-assessment-deleted", subject=f"self-assessment:{self_assessment}")
