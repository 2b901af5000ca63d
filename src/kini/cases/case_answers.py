"""Decrypted answers of drafts and cases. Callers have checked the permission.

All answers of a sensitive service (`sensitive: true`) are encrypted: neither a search nor a dump shows a word of them.
"""

from collections.abc import Mapping
from typing import Any

from kini.cases.models import Case, Draft
from kini.core.crypto import decrypt_json, encrypt_json
from kini.services.public import FieldBase, ServiceSnapshot, questions


def of_draft(draft: Draft) -> dict[str, Any]:
    """All answers of a draft."""
    return _joined(draft.answers, decrypt_json(draft.sealed, draft_context(draft)) if draft.sealed else {})


def of_case(case: Case) -> dict[str, Any]:
    """All answers of a case."""
    return _joined(case.answers, decrypt_json(case.sealed, case_context(case)) if case.sealed else {})


def is_hidden(field: FieldBase, *, private: bool) -> bool:
    """Return True if officers must reveal the answer (logged): sealed answers, and in private cases those about
    identity.
    """
    return field.is_sealed() or (private and field.profile is not None)


def hidden_of_case(case: Case, snapshot: ServiceSnapshot, *, private: bool) -> dict[str, Any]:
    """Answers hidden on an officer's page, by field; those of repeated pages as the whole list."""
    answers = of_case(case)
    hidden: dict[str, Any] = {}
    for page in snapshot.pages:
        names = [name for name, field in page.fields.items() if is_hidden(field, private=private)]
        keys = [page.repeat.name] if page.repeat and names else names
        hidden |= {key: answers[key] for key in keys if key in answers}
    return hidden


def is_fully_encrypted(holder: Draft | Case, snapshot: ServiceSnapshot) -> bool:
    """Return True if answers are encrypted that the version leaves in the clear. Later edits keep this."""
    if holder.sealed is None or holder.answers:
        return False
    context = case_context(holder) if isinstance(holder, Case) else draft_context(holder)
    return not decrypt_json(holder.sealed, context).keys() <= snapshot.sealed


def assign_to_draft(
    draft: Draft, snapshot: ServiceSnapshot, answers: Mapping[str, Any], *, whole: bool = False
) -> None:
    """Set a draft's answers, encrypted where required. Does not save."""
    plain, sealed = questions.split_encrypted(snapshot, answers, whole=whole or is_fully_encrypted(draft, snapshot))
    draft.answers = plain
    draft.sealed = encrypt_json(sealed, draft_context(draft)) if sealed else None


def assign_to_case(case: Case, snapshot: ServiceSnapshot, answers: Mapping[str, Any], *, whole: bool = False) -> None:
    """Set a case's answers, encrypted where required. Does not save."""
    plain, sealed = questions.split_encrypted(snapshot, answers, whole=whole or is_fully_encrypted(case, snapshot))
    case.answers = plain
    case.sealed = encrypt_json(sealed, case_context(case)) if sealed else None


def draft_context(draft: Draft) -> str:
    return f"draft:{draft.pk}"


def case_context(case: Case) -> str:
    return f"case:{case.reference}"


def _joined(plain: Mapping[str, Any], sealed: Mapping[str, Any]) -> dict[str, Any]:
    return {**plain, **sealed}
