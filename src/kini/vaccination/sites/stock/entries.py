"""Guards, locks and entries shared by the movements of vaccine."""

from typing import Any

from kini.core import audit
from kini.core.actors import Actor
from kini.core.grants import Scope
from kini.ledger.models import Entry
from kini.ledger.public import record_entry
from kini.people.rules import may, require
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.sites.models import Lot, Site
from kini.vaccination.sites.stock.accounts import Postings


def site_scope(site: Site) -> Scope:
    """Permission scope of a site."""
    return Scope(site.agency_id, site.area.path)


def require_manager(by: Actor, site: Site) -> None:
    """Raise NotAllowed unless the actor looks after the stock of a site."""
    require(by, VaccinationPermission.MANAGE_STOCK, site_scope(site))


def require_at_site(by: Actor, site: Site) -> None:
    """Raise NotAllowed unless the actor vaccinates at a site or looks after its stock."""
    if not may(by, VaccinationPermission.GIVE_DOSES, site_scope(site)):
        require_manager(by, site)


def lock(site: Site) -> Site:
    """Lock a site's stock until the end of the transaction."""
    return Site.objects.select_for_update(no_key=True, of=("self",)).select_related("area").get(pk=site.pk)


def post(by: Actor, what: str, site: Site, lot: Lot, key: object, postings: Postings, **detail: Any) -> None:
    """Record an entry about a lot, with its audit entry."""
    record_entry(key=f"vaccination:{what}:{key}", subject=f"vaccine-lot:{lot.pk}", postings=postings)
    detail |= {"site": site.pk, "lot": str(lot)}
    audit.record(by=by, action=f"vaccination.stock-{what}", subject=f"vaccination-site:{site.pk}", detail=detail)


def is_recorded(what: str, key: object) -> bool:
    """Return True if this movement is in the ledger already."""
    return Entry.objects.filter(key=f"vaccination:{what}:{key}").exists()
