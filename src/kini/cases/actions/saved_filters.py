"""Saved filters: an officer's named views of the queue, limited in number, one of which may be the default."""

from django.utils.translation import gettext as _

from kini.cases.models import MAX_FILTERS, SavedFilter
from kini.cases.transition_inputs import clean_form_text
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.people import queries as people_queries
from kini.people.models import Officer
from kini.people.public import action_helpers

MAX_FILTER_NAME = 40


@action
def save_filter(*, by: Actor, name: str, query: str, first: bool = False) -> SavedFilter:
    """Save a view of the queue in the first free position of the rail.

    Args:
        query: query string of the queue (QueueAddress.query).
        first: the desk opens with it from now on, in place of another one.

    Raises:
        NotAllowed: when the actor is no working officer.
        ActionRefused: without a name, with one that is there already, and when there is no place left.
    """
    officer = _officer(by)
    name = " ".join(clean_form_text(name).split())
    if not name:
        raise ActionRefused(_("Give the filter a short name."))
    if len(name) > MAX_FILTER_NAME:
        raise ActionRefused(_("Write the name in fewer words."))
    used_places = set(officer.filters.values_list("place", flat=True))
    place = next((place for place in range(1, MAX_FILTERS + 1) if place not in used_places), None)
    if place is None:
        raise ActionRefused(_("There is room for %(count)d filters. Delete one first.") % {"count": MAX_FILTERS})
    if first:
        officer.filters.filter(first=True).update(first=False)
    saved = SavedFilter(officer=officer, place=place, name=name, query=query, first=first)
    action_helpers.create_once(saved.save, _("You already have a filter with this name."))
    _record(by, saved, "cases.filter-saved")
    return saved


@action
def set_default_filter(*, by: Actor, saved: SavedFilter, first: bool) -> SavedFilter:
    """Make this filter the desk's default, or (first=False) no longer. Raises as `delete_filter`."""
    saved = _own(by, saved)
    if saved.first is not first:
        saved.officer.filters.filter(first=True).update(first=False)
        saved.first = first
        saved.save(update_fields=["first"])
        _record(by, saved, "cases.filter-first" if first else "cases.filter-not-first")
    return saved


@action
def delete_filter(*, by: Actor, saved: SavedFilter) -> None:
    """Delete a saved filter.

    Raises:
        NotAllowed: the filter belongs to another officer.
    """
    saved = _own(by, saved)
    _record(by, saved, "cases.filter-deleted")
    saved.delete()


def _officer(by: Actor) -> Officer:
    """Return the acting officer, locked so that concurrent requests do not take the same position."""
    officer = people_queries.officer_of(by)
    if officer is None:
        raise NotAllowed(_("Only officers work on cases."))
    return Officer.objects.select_for_update().get(pk=officer.pk)


def _own(by: Actor, saved: SavedFilter) -> SavedFilter:
    own_filter = SavedFilter.objects.filter(pk=saved.pk, officer=_officer(by)).first()
    if own_filter is None:
        raise NotAllowed(_("This filter belongs to somebody else."))
    return own_filter


def _record(by: Actor, saved: SavedFilter, event: str, **detail: str) -> None:
    audit.record(by=by, action=event, subject=f"filter:{saved.pk}", detail={"name": saved.name} | detail)
