"""`./kini prepare`: migrate, collect static files, load the pack, and in a demo its data. Idempotent."""

import argparse

import psycopg
from django.conf import settings
from django.core.management import call_command

from kini.booking import actions as booking_actions
from kini.booking import queries as booking_queries
from kini.cases import actions as case_actions
from kini.cases.public import default_replies
from kini.city import actions as city_actions
from kini.city.public import check_pack as find_pack_errors
from kini.city.public import pack
from kini.cli import check_pack, console
from kini.core import chain, file_store, retention
from kini.core.actors import system
from kini.core.chain import removal
from kini.core.config_files import ConfigErrors
from kini.core.database import database_roles
from kini.demo import access_log, cases, people
from kini.feeds.public import importer as feeds_loading
from kini.letters import queries as letter_queries
from kini.letters.public import signing_keys
from kini.people.public import demo_accounts
from kini.services import actions as services_actions
from kini.web import static_build
from kini.wifi import actions as wifi_actions


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    try:
        return prepare()
    except ConfigErrors as faults:
        check_pack.show(faults.errors)
        raise console.CommandError(check_pack.summary(settings.CITY_PATH, faults.errors)) from None
    except database_roles.RoleError as fault:
        raise console.CommandError(f"{fault}.") from None
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise console.CommandError(f"the database cannot be reached ({reason}); check DATABASE_URL.") from None


def check_connections() -> None:
    """Connect as program and as owner, outside of the pool, which would retry and log every attempt.

    Raises:
        psycopg.OperationalError: at once when the server does not answer.
    """
    for url in filter(None, (settings.ENV.owner_database_url, settings.ENV.database_url)):
        psycopg.connect(url, connect_timeout=5).close()


def migrate_tables() -> None:
    """Migrate and grant each role its rights, as the owner."""
    with database_roles.as_owner():
        call_command("migrate", verbosity=0, interactive=False)
        removal.store_terms()
        database_roles.grant_program_role()
        wifi_actions.grant_radius_access(by=system("prepare"), make=False)


def prepare() -> int:
    if faults := find_pack_errors(settings.CITY_PATH):
        raise ConfigErrors(faults)
    check_connections()
    with console.step("Tables"):
        migrate_tables()
        database_roles.require_restricted()
        chain.seal_all()  # on the first upgrade all rows, before anything else is written
    with console.step("Files"):
        _sealed, changed = file_store.encrypt_plain_files()
    for sha256 in changed:
        print(f"  The stored file {sha256} was changed before it could be encrypted; it will not be shown.")
    with console.step("Static files"):
        static_build.collect_if_changed()
    by = system("prepare")
    with console.step("City and services"):
        city_actions.load_pack_tables(by=by)
        services_actions.load_services(by=by)
        wifi_actions.load_policies(by=by)
        for service in booking_queries.services():
            booking_actions.open_slots(by=by, service=service)
        case_actions.create_default_replies(by=by, texts=_wordings())
        while case_actions.encrypt_sensitive_answers(by=by):
            pass
    prepare_keys()
    if settings.ENV.demo:
        with console.step("Samples of live figures"):
            feeds_loading.load_samples(by=by)
            wifi_actions.create_demo_points(by=by)
    if settings.ENV.demo and not demo_accounts.demo_accounts_path().exists():
        with console.step("Demo people"):
            demo_people = people.create_people()
            cases.load_sample_bills()
        if settings.ENV.demo_cases:
            with console.step("Demo cases"):
                cases.create_cases(demo_people)
                cases.create_privacy_requests(demo_people)
                access_log.create_access_log(demo_people)
                retention.apply_retention()  # for the nights of the demo's past
    return 0


def _wordings() -> dict[str, str]:
    """Read the pack's canned replies in the city's first language, by title."""
    language = pack.current().languages[0]
    replies = default_replies.read_default_replies(settings.CITY_PATH).values()
    return {each.title.in_language(language): each.text.in_language(language) for each in replies}


def prepare_keys() -> None:
    """Create the agencies' signing keys in a demo; in production list the missing ones."""
    agencies = [(agency.pk, agency.short_name) for agency in letter_queries.signing_agencies()]
    folder = settings.ENV.signing_keys
    if not settings.ENV.production:
        signing_keys.make_development_keys(folder, agencies)
        return
    without = [agency for agency, _name in agencies if not signing_keys.has_key(folder, agency)]
    if without:
        print(
            f"  No signing keys in {folder} (docs/operators.md); letters of these agencies wait: {', '.join(without)}."
        )
