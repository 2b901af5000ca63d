"""One change of a case record: locked, remembered as a revision, classified again, with its version raised."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kini.core import audit, current_time, events
from kini.core.actors import ActionRefused, Actor
from kini.core.dated_rules import NoRuleInForce
from kini.core.localized_text import Text
from kini.epidemic.case_records import queries, rules
from kini.epidemic.case_records.models import CaseRecord, CaseRevision, ClassificationChange
from kini.epidemic.diseases.classification import Classified, RecordFacts, classify
from kini.epidemic.diseases.disease_files import disease_of, version_of
from kini.epidemic.diseases.schema import Classification
from kini.epidemic.events import CaseClassified

#: Fields whose earlier values a revision keeps.
REVISED = (
    *("area_id", "rw", "rt", "age", "sex", "onset_on", "specimen_on", "reported_on", "infected_elsewhere"),
    *("outcome", "outcome_on", "died_on", "symptoms", "facility_id", "agency_id", "note", "classification"),
)


class StaleForm(ActionRefused):
    """The record was changed since the form was opened. Nothing is lost: the page shows both.

    Attributes:
        case: the record as it is now.
    """

    def __init__(self, case: CaseRecord) -> None:
        super().__init__(_("Somebody changed this record while you were writing. Compare both, then save again."))
        self.case = case


@contextmanager
def case_change(by: Actor, case: CaseRecord, *, version: int | None = None) -> Iterator[CaseRecord]:
    """Lock a record and yield it to be changed, with its tests and stays; then classify it by its facts and save it.

    Within the transaction of an action that has checked permissions.

    Args:
        version: that the form was opened with; None: the change holds even if the record changed in between.

    Raises:
        StaleForm: if the record has another version.
    """
    current = CaseRecord.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if version is not None and version != current.version:
        raise StaleForm(current)
    if current.merged_into_id:
        raise ActionRefused(_("This record was merged into another one. Change that one."))
    before, facts = _values(current), queries.facts_of(current)
    yield current
    finish_change(by, current, before, facts)


def finish_change(by: Actor, case: CaseRecord, before: Mapping[str, Any], facts: RecordFacts) -> None:
    """Derive and classify a changed record, and save it with its revision and the next version."""
    _derive(case)
    now = queries.facts_of(case)
    changed: dict[str, Any] = {name: plain(value) for name, value in before.items() if value != getattr(case, name)}
    if set(now.exposures) != set(facts.exposures):
        changed["exposures"] = sorted(facts.exposures)
    CaseRevision.objects.create(case=case, version=case.version, by_id=by.user_id, before=changed)
    _classify(by, case, facts, now)
    case.version += 1
    case.save()
    detail = {"version": case.version, "fields": sorted(changed)}
    audit.record(by=by, action="epidemic.case-changed", subject=f"case-record:{case.reference}", detail=detail)


def classify_new(by: Actor, case: CaseRecord) -> None:
    """Classify a stored new record by its facts, and save what follows from them."""
    _derive(case)
    _store(by, case, _by_rule(case, queries.facts_of(case)), "")
    case.save()


def store_by_hand(
    by: Actor, case: CaseRecord, classification: Classification, reason: str, *, new: bool = False
) -> None:
    """Store a classification that somebody decided on, with the reason. A `new` record is saved with it."""
    decided = Classified(classification, Text(reason), None, version_of(disease_of(case.disease)))
    if new:
        _derive(case)
    _store(by, case, decided, "" if new else case.classification)
    if new:
        case.save()


def _derive(case: CaseRecord) -> None:
    disease = disease_of(case.disease)
    outcome = disease.outcomes.get(case.outcome)
    if case.lab_tests.exists():
        case.specimen_on = rules.first_positive(disease, queries.results_of(case))
    case.died_on = case.outcome_on if outcome and outcome.death else None


def _by_rule(case: CaseRecord, facts: RecordFacts) -> Classified:
    """Classify by the definition of the day of report; where no rule fits, it is suspected by its recorder."""
    disease = disease_of(case.disease)
    try:
        decided = classify(disease, facts, case.reported_on)
    except NoRuleInForce:
        decided = None
    return decided or Classified(Classification.SUSPECTED, Text({}), None, version_of(disease))


def _classify(by: Actor, case: CaseRecord, facts: RecordFacts, now: RecordFacts) -> None:
    """Classify by the facts; a decision by hand stands until they lead elsewhere than before."""
    decided = _by_rule(case, now)
    if decided.classification not in (case.classification, _by_rule(case, facts).classification):
        _store(by, case, decided, case.classification)


def _store(by: Actor, case: CaseRecord, decided: Classified, before: str) -> None:
    case.classification, case.classified_at = decided.classification, current_time.now()
    ClassificationChange.objects.create(
        case=case,
        classification=decided.classification,
        at=case.classified_at,
        by_id=by.user_id,
        because=decided.because.root,
        rule_since=decided.rule_since,
        disease_version=decided.disease_version,
    )
    detail = {"from": before, "to": decided.classification, "by-rule": decided.rule_since is not None}
    audit.record(by=by, action="epidemic.case-classified", subject=f"case-record:{case.reference}", detail=detail)
    events.publish(CaseClassified(case.pk, case.disease, decided.classification, before, case.source))


def _values(case: CaseRecord) -> dict[str, Any]:
    return {name: getattr(case, name) for name in REVISED}


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value
