"""`./kini prepare`: migrate, collect static files, load the pack, and in a demo its data. Idempotent."""

import argparse

import psycopg
from django.conf import settings
from django.core.management import call_command

from kini.booking import actions as booking_actions
from kini.booking import queries as booking_queries
from kini.cases import actions as case_actions
from kini.cases import wordings
from kini.city import actions as city_actions
from kini.city import checks, pack
from kini.cli import check_pack, console
from kini.core import chain, file_store, retention
from kini.core.actors import system
from kini.core.chain import removal
from kini.core.database import roles
from kini.core.faults import PackFaults
from kini.demo import access, bills, cases, people, privacy
from kini.feeds import loading as feeds_loading
from kini.letters import keys
from kini.letters import queries as letter_queries
from kini.people import demo
from kini.services import actions as services_actions
from kini.web import collecting
from kini.wifi import actions as wifi_actions


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    try:
        return prepare()
    except PackFaults as faults:
        check_pack.show(faults.errors)
        raise console.Fault(check_pack.summary(settings.CITY_PATH, faults.errors)) from None
    except roles.RoleFault as fault:
        raise console.Fault(f"{fault}.") from None
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise console.Fault(f"the database cannot be reached ({reason}); mend DATABASE_URL.") from None


def reach_database() -> None:
    """Connect as program and as owner, outside of the pool, which would retry and log every attempt.

    Raises:
        psycopg.OperationalError: at once when the server does not answer.
    """
    for url in filter(None, (settings.ENV.owner_database_url, settings.ENV.database_url)):
        psycopg.connect(url, connect_timeout=5).close()


def bring_tables_up() -> None:
    """Migrate and grant each role its rights, as the owner."""
    with roles.as_owner():
        call_command("migrate", verbosity=0, interactive=False)
        removal.set_terms()
        roles.grant_program()
        wifi_actions.let_radius_in(by=system("prepare"), make=False)


def prepare() -> int:
    if faults := checks.check(settings.CITY_PATH):
        raise PackFaults(faults)
    reach_database()
    with console.step("Tables"):
        bring_tables_up()
        roles.require_restricted()
        chain.seal_all()  # on the first upgrade all rows, before anything else is written
    with console.step("Files"):
        _sealed, changed = file_store.seal_plain_files()
    for sha256 in changed:
        print(f"  The kept file {sha256} was changed before it could be sealed; it is not shown to anybody.")
    with console.step("Static files"):
        collecting.collect()
    by = system("prepare")
    with console.step("City and services"):
        city_actions.load_pack_tables(by=by)
        services_actions.load_services(by=by)
        wifi_actions.load_policies(by=by)
        for service in booking_queries.services():
            booking_actions.open_slots(by=by, service=service)
        case_actions.begin_replies(by=by, texts=_wordings())
        while case_actions.seal_sensitive(by=by):
            pass
    prepare_keys()
    if settings.ENV.demo:
        with console.step("Samples of live figures"):
            feeds_loading.load_samples(by=by)
            wifi_actions.lay_samples(by=by)
    if settings.ENV.demo and not demo.path().exists():
        with console.step("Demo people"):
            cast = people.gather()
            bills.load_samples()
        if settings.ENV.demo_cases:
            with console.step("Demo cases"):
                cases.spread(cast)
                privacy.ask(cast)
                access.read(cast)
                retention.apply_retention()  # for the nights of the demo's past
    return 0


def _wordings() -> dict[str, str]:
    """Read the pack's canned replies in the city's first language, by title."""
    language = pack.current().languages[0]
    read = wordings.read_wordings(settings.CITY_PATH).values()
    return {each.title.in_language(language): each.text.in_language(language) for each in read}


def prepare_keys() -> None:
    """Create the agencies' signing keys in a demo; in production list the missing ones."""
    agencies = [(agency.pk, agency.short_name) for agency in letter_queries.signing_agencies()]
    folder = settings.ENV.signing_keys
    if not settings.ENV.production:
        keys.make_development_keys(folder, agencies)
        return
    without = [agency for agency, _name in agencies if not keys.has_key(folder, agency)]
    if without:
        print(
            f"  No signing keys in {folder} (docs/operators.md); letters of these agencies wait: {', '.join(without)}."
        )
