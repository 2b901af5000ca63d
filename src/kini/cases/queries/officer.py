"""An officer's own saved filters and mentions, which every page of the desk shows."""

from typing import Any

from django.db.models import Q, QuerySet

from kini.cases.models import Mention, SavedFilter
from kini.cases.queries.desk import visible_cases
from kini.core.actors import Actor
from kini.core.database.compiled_queries import CompiledQuery
from kini.core.database.fast_models import hydrate

#: Number of mentions in the list.
MAX_MENTIONS = 100
_COLUMNS = tuple(field.attname for field in SavedFilter._meta.concrete_fields)


def saved_filters(user_id: int) -> list[SavedFilter]:
    """Saved filters of the officer with that account, in the order of the rail."""
    return [hydrate(SavedFilter, _COLUMNS, row) for row in _saved_filters(user=user_id)]


@CompiledQuery
def _saved_filters(user: int) -> QuerySet[SavedFilter, Any]:
    return SavedFilter.objects.filter(Q(officer__user_id=user)).order_by("place").values_list(*_COLUMNS)


def mentions_of(actor: Actor) -> QuerySet[Mention]:
    """Mentions of the actor on cases they may see."""
    return Mention.objects.filter(Q(officer__user_id=actor.user_id), entry__case__in=visible_cases(actor))


def unread_mentions(actor: Actor) -> QuerySet[Mention]:
    """The actor's unread mentions."""
    return mentions_of(actor).filter(read_at__isnull=True)
