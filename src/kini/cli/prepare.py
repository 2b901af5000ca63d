"""`./kini prepare`: migrate, collect static files, load the pack, and in a demo its data. Idempotent."""

import argparse

import psycopg
from django.conf import settings

from kini.city.public import check_pack as find_pack_errors
from kini.city.public import pack_error
from kini.core import chain, command_line, file_store, preparation, retention
from kini.core.actors import system
from kini.core.chain import removal
from kini.core.config_files import ConfigErrors
from kini.core.database import database_roles, migration
from kini.demo import jobs
from kini.demo.public import access_log, cases, people
from kini.people.public import demo_accounts
from kini.web import static_build

BY = system("prepare")


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    try:
        return prepare()
    except ConfigErrors as faults:
        raise pack_error(settings.CITY_PATH, faults.errors) from None
    except database_roles.RoleError as fault:
        raise command_line.CommandError(f"{fault}.") from None
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise command_line.CommandError(f"the database cannot be reached ({reason}); check DATABASE_URL.") from None


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
        migration.migrate()
        removal.store_terms()
        database_roles.grant_program_role()
        preparation.run(preparation.owner_steps, BY)


def prepare() -> int:
    if faults := find_pack_errors(settings.CITY_PATH):
        raise ConfigErrors(faults)
    check_connections()
    with command_line.step("Tables"):
        migrate_tables()
        database_roles.require_restricted()
        chain.seal_all()  # on the first upgrade all rows, before anything else is written
    with command_line.step("Files"):
        _sealed, changed = file_store.encrypt_plain_files()
    for sha256 in changed:
        print(f"  The stored file {sha256} was changed before it could be encrypted; it will not be shown.")
    with command_line.step("Static files"):
        static_build.collect_if_changed()
    with command_line.step("City and services"):
        remarks = preparation.run(preparation.steps, BY)
    for remark in remarks:
        print(f"  {remark}")
    if settings.ENV.demo:
        with command_line.step("Samples of live figures"):
            preparation.run(preparation.demo_steps, BY)
    if settings.ENV.demo and not demo_accounts.demo_accounts_path().exists():
        with command_line.step("Demo people"):
            demo_people = people.create_people()
            cases.load_sample_bills()
        if settings.ENV.demo_cases:
            with command_line.step("Demo cases"):
                cases.create_cases(demo_people)
                cases.create_task_cases(demo_people)
                cases.create_privacy_requests(demo_people)
                access_log.create_access_log(demo_people)
                jobs.order_strays()
                retention.apply_retention()  # for the nights of the demo's past
        if settings.ENV.demo_year:
            jobs.begin_year()
    return 0
