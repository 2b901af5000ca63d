"""Write and remove the made-up campaign of a demo."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import batched
from typing import Any
from uuid import UUID, uuid5

import numpy as np
from django.db import connection

from kini.booking.models import Slot
from kini.city.models import Area
from kini.city.public import city_tables
from kini.core import audit, current_time, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.database.bulk_copy import copy_rows, reserve_keys
from kini.core.dated_rules import rule_in_force
from kini.people.models import Person, Resident
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.doses.models import Dose
from kini.vaccination.simulate.dose_series import DAYS, ELDERLY, MadeUpDoses, simulate_doses
from kini.vaccination.simulate.queries import PERSON_SOURCE, SOURCE, example_site, has_campaign
from kini.vaccination.sites import session_plan, stock
from kini.vaccination.sites.models import Site
from kini.web.formats import today

CAMPAIGN, SEED = "covid-19", 2021
#: Vials of each vaccine that a site receives, days of open sessions, and shelf life of the lots in days.
VIALS, SESSION_DAYS, SHELF_LIFE = 60, 7, 180
#: Doses written at once, to save memory.
BATCH = 20_000
#: Days since the doses of the first residents with an account: a complete series, and one whose second dose is due.
RESIDENTS = ((75, 45), (45,))
_KEYS = UUID("2f4a8f7e-3c39-4c5e-9d0e-5b1f0c9a7d21")


@action
def create_doses(*, by: Actor, doses: int, seed: int = SEED) -> dict[str, int]:
    """Write so many doses of the last months by residence and site; the same arguments on a day give the same doses.

    Returns:
        Numbers of rows by table.

    Raises:
        ActionRefused: there are made-up doses already, or the city has no sites or areas with people.
        LookupError: the pack has no such campaign.
    """
    campaign = campaign_of(CAMPAIGN)
    areas, sites = _areas(), list(Site.objects.filter(active=True).select_related("area").order_by("pk"))
    if has_campaign():
        raise ActionRefused("There are made-up doses already; remove them first.")
    if not areas or not sites:
        raise ActionRefused("Made-up doses need areas with people, and sites that give vaccines.")
    vaccines = _vaccines(campaign)
    district = {code: number for number, code in enumerate(sorted({_district(each) for each in areas}))}
    made = simulate_doses(
        [area.population or 0 for area in areas],
        [district[_district(area)] for area in areas],
        [district.get(_district(site.area), 0) for site in sites],
        len(vaccines),
        doses,
        seed,
    )
    keys = reserve_keys(Person, len(made.area))
    counts = {"persons": copy_rows(Person, _PERSON, _persons(made, keys, areas))}
    rows = _doses(made, keys, areas, sites, vaccines, seed)
    counts["doses"] = sum(copy_rows(Dose, _DOSE, some) for some in batched(rows, BATCH))
    counts["doses"] += _doses_of_residents(vaccines)
    audit.record(by=by, action="vaccination.demo-doses-created", subject=f"campaign:{CAMPAIGN}", detail=dict(counts))
    return counts


@action
def stock_site(*, by: Actor, site: Site) -> int:
    """Receive vaccine at a site and open its sessions of the next days. Idempotent. Return the sessions opened."""
    expires, campaign = today() + timedelta(days=SHELF_LIFE), campaign_of(CAMPAIGN)
    for name, _volume in _vaccines(campaign):
        vaccine = campaign.vaccines[name]
        lot = stock.record_lot(
            by=by,
            site=site,
            vaccine=name,
            number=f"DEMO-{expires:%y%m%d}",
            expires_on=expires,
            vial_ul=vaccine.vial_ul,
            open_minutes=vaccine.open_minutes or 24 * 60,
        )
        stock.receive(by=by, site=site, lot=lot, vials=VIALS, key=uuid5(_KEYS, f"{site.pk}/{lot.pk}"))
    opened = session_plan.open_sessions(by=by, site=site, campaign=CAMPAIGN, days=SESSION_DAYS)
    # A demo's visitors do not wait for the random batches of a rush.
    Slot.objects.filter(vaccination_session__site=site, opens_at__gt=current_time.now()).update(
        opens_at=current_time.now()
    )
    return opened


@action
def remove_doses(*, by: Actor) -> int:
    """Remove the made-up doses with their persons; returns the number of doses. Stock and sessions stay.

    Raises:
        ActionRefused: one of them was corrected or disputed.
    """
    made_up = Dose.objects.filter(source=SOURCE)
    if made_up.filter(revisions__isnull=False).exists() or made_up.filter(disputes__isnull=False).exists():
        raise ActionRefused("Made-up doses were corrected or disputed; start a new demo to be rid of them.")
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM vaccination_nextdose WHERE person_id IN "
            "(SELECT person_id FROM vaccination_dose WHERE source = %s)",
            [SOURCE],
        )
        cursor.execute("DELETE FROM vaccination_dose WHERE source = %s", [SOURCE])
        removed = int(cursor.rowcount)
        cursor.execute("DELETE FROM people_person WHERE source = %s", [PERSON_SOURCE])
    audit.record(by=by, action="vaccination.demo-doses-removed", subject="demo:vaccination", detail={"doses": removed})
    return removed


_PERSON = ("id", "source", "sex", "area")
_DOSE = (
    *("uuid", "reference", "person", "campaign", "vaccine", "number", "group", "volume_ul", "lot_number", "given_on"),
    *("site", "facility", "agency", "site_area_path", "area", "age", "sex", "state", "source", "source_key"),
)


def _areas() -> list[Area]:
    areas = city_tables().areas.values()
    deepest = max((area.depth for area in areas), default=0)
    return [area for area in areas if area.depth == deepest and area.active and area.population]


def _district(area: Area) -> str:
    """The area around a smallest area, or the area itself."""
    return "/".join(area.path.split("/")[:4])


def _vaccines(campaign: Campaign) -> list[tuple[str, int]]:
    """Vaccines that are a first dose today for everybody, with their volume."""
    series = next(iter(campaign.series.values()))
    rules = ((each.vaccine, rule_in_force(each.rules, today())) for each in series.doses[0].choices)
    return [
        (name, rule.volume_ul or campaign.vaccines[name].dose_ul)
        for name, rule in rules
        if rule and not rule.withdrawn and not rule.groups
    ]


def _sex(female: Any) -> str:
    return "female" if female else "male"


def _persons(made: MadeUpDoses, keys: Sequence[int], areas: Sequence[Area]) -> Iterator[Sequence[Any]]:
    for key, area, female in zip(keys, made.area.tolist(), made.female.tolist(), strict=True):
        yield key, PERSON_SOURCE, _sex(female), areas[area].code if area >= 0 else None


def _doses(
    made: MadeUpDoses,
    keys: Sequence[int],
    areas: Sequence[Area],
    sites: Sequence[Site],
    vaccines: Sequence[tuple[str, int]],
    seed: int,
) -> Iterator[Sequence[Any]]:
    rng = np.random.default_rng(seed + 1)
    begins, day_of = today() - timedelta(days=DAYS - 1), dict[int, date]()
    numbers = rng.choice(references.NUMBERS // 64, size=len(made.person), replace=False, shuffle=False) * 64
    uuids, lot = rng.bytes(16 * len(made.person)), f"DEMO-{begins:%y%m%d}"
    rows = (made.person, made.number, made.day, made.site, made.vaccine, made.area[made.person], made.age[made.person])
    columns = zip(*(each.tolist() for each in rows), made.female[made.person].tolist(), numbers.tolist(), strict=True)
    for row, (person, number, day, place, vaccine, area, age, female, reference) in enumerate(columns):
        site, (name, volume) = sites[place], vaccines[vaccine]
        yield (
            UUID(bytes=uuids[16 * row : 16 * row + 16], version=4),
            references.from_number("VC", reference),
            keys[person],
            CAMPAIGN,
            name,
            number,
            "elderly" if age >= ELDERLY else "",
            volume,
            lot,
            day_of.setdefault(day, begins + timedelta(days=day)),
            site.pk,
            site.facility_id,
            site.agency_id,
            site.area.path,
            areas[area].code if area >= 0 else None,
            age,
            _sex(female),
            "given",
            SOURCE,
            f"{seed}-{row}",
        )


def _doses_of_residents(vaccines: Sequence[tuple[str, int]]) -> int:
    """Doses of the first residents with an account, so that a demo's health record has something to show."""
    residents = Resident.objects.filter(user__isnull=False, user__officer__isnull=True).exclude(name="").order_by("pk")
    site, (name, volume) = example_site(), vaccines[0]
    rows = [
        Dose(
            uuid=uuid5(_KEYS, f"resident-{resident.pk}-{number}"),
            reference=references.generate("VC"),
            person_id=resident.person_id,
            campaign=CAMPAIGN,
            vaccine=name,
            number=number,
            volume_ul=volume,
            lot_number="DEMO",
            given_on=today() - timedelta(days=before),
            site=site,
            facility_id=site.facility_id,
            agency_id=site.agency_id,
            site_area_path=site.area.path,
            area_id=resident.area_id,
            sex=resident.sex,
            state="given",
            source=SOURCE,
            source_key=f"resident-{resident.pk}-{number}",
        )
        for resident, days in zip(residents, RESIDENTS, strict=False)
        for number, before in enumerate(days, start=1)
        if site
    ]
    return len(Dose.objects.bulk_create(rows))
