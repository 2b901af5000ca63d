"""Registry of the columns that refer to a case record, so that a merge of two records takes their rows along."""

from dataclasses import dataclass

from django.db import IntegrityError, models, transaction

from kini.core.registry import Registry
from kini.epidemic.case_records.models import (
    CaseDispute,
    CaseExposure,
    CaseMerge,
    CaseRecord,
    CaseRevision,
    CaseTransfer,
    ClassificationChange,
    HospitalStay,
    LabTest,
)

#: Tables whose rows stay with the record for which they were made: its history.
STAYING = {CaseMerge, CaseRecord, CaseRevision, CaseTransfer, CaseDispute, ClassificationChange}


@dataclass(frozen=True, slots=True)
class CaseReference:
    """A foreign key to `CaseRecord` whose rows follow a merge. A row that a constraint refuses stays where it is."""

    model: type[models.Model]
    field: str = "case"

    @property
    def name(self) -> str:
        return f"{self.model._meta.db_table}.{self.field}_id"

    def move(self, source: int, target: int, keys: list[int] | None = None) -> list[int]:
        """Move rows from one record to another, all or those with these keys; return the keys of the moved ones."""
        rows = self.model._default_manager.filter(**{self.field: source}).order_by("pk")
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        return [pk for pk in rows.values_list("pk", flat=True) if self._move_one(pk, target)]

    def _move_one(self, pk: int, target: int) -> bool:
        try:
            with transaction.atomic():
                return bool(self.model._default_manager.filter(pk=pk).update(**{f"{self.field}_id": target}))
        except IntegrityError:
            return False


case_references: Registry[CaseReference] = Registry("reference to a case record")


class UnregisteredCaseReference(RuntimeError):
    """A foreign key to `CaseRecord` is not registered: a merge would leave its rows behind."""


def register_case_reference(model: type[models.Model], field: str = "case") -> None:
    """Register a column of a part's or room's table.

    Raises:
        ValueError: if it is registered already.
    """
    reference = CaseReference(model, field)
    case_references.register(reference.name, reference)


def require_registered() -> None:
    """Raise UnregisteredCaseReference if a foreign key to `CaseRecord` is missing in the registry."""
    for relation in CaseRecord._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        name = CaseReference(relation.related_model, relation.field.name).name
        if relation.related_model not in STAYING and name not in case_references:
            raise UnregisteredCaseReference(f"{name} refers to a case record and is not registered (case_references).")


def register() -> None:
    """Register the columns of this part; called once at start."""
    register_case_reference(LabTest)
    register_case_reference(HospitalStay)
    register_case_reference(CaseExposure)
    register_case_reference(CaseExposure, "source_case")
