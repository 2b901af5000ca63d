"""Private interfaces of libraries, each used in one module: what an upgrade changed is named here."""

import pytest
from django.apps import apps
from django.db import connection, connections, models
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.state import ProjectState
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from kini.core import django_internals, procrastinate_internals
from kini.core.models import OutboxMessage

DJANGO = "Django changed: check core/django_internals.py and core/database/postgresql/base.py"
PROCRASTINATE = "procrastinate changed: check core/procrastinate_internals.py"
#: Columns in use, by table.
COLUMNS = {
    "procrastinate_jobs": {
        *("id", "queue_name", "task_name", "priority", "args", "scheduled_at", "status", "attempts", "worker_id")
    },
    "procrastinate_workers": {"id", "last_heartbeat"},
    "procrastinate_events": {"job_id", "at"},
}
#: Functions in use, with their arguments.
FUNCTIONS = {
    "procrastinate_retry_job_v2": "bigint, timestamp with time zone, integer, character varying, character varying",
    "procrastinate_finish_job_v1": "bigint, procrastinate_job_status, boolean",
}


def test_a_bare_row_is_a_row_as_django_makes_it():
    bare, made = django_internals.bare_row(OutboxMessage), OutboxMessage()
    assert type(bare._state) is type(made._state), DJANGO
    assert (bare._state.adding, bare._state.db, bare._state.fields_cache) == (True, None, {}), DJANGO
    assert bare._state.__dict__ == made._state.__dict__ | {"fields_cache": {}}, DJANGO
    bare.__dict__.update(made.__dict__ | {"_state": bare._state})
    assert bare.__dict__.keys() == made.__dict__.keys(), DJANGO


def test_connections_commit_by_the_methods_that_are_overridden():
    missing = [name for name in django_internals.CONNECTION_METHODS if not hasattr(DatabaseWrapper, name)]
    assert missing == [], DJANGO
    own = vars(type(connections["default"]))
    assert [name for name in django_internals.CONNECTION_METHODS if name not in own] == []


def test_migrations_render_one_model_for_a_new_foreign_key():
    state = ProjectState.from_apps(apps)
    case, profile = state.apps.get_model("cases", "case"), state.apps.get_model("people", "resident")
    with django_internals.few_models_rendered():
        state.add_field("people", "resident", "favourite", models.ForeignKey("cases.Case", models.CASCADE), True)
    rendered = state.apps.get_model("people", "resident")
    assert rendered is not profile, DJANGO
    assert rendered._meta.get_field("favourite").related_model is case, DJANGO
    assert state.apps.get_model("cases", "case") is case, DJANGO
    assert state.is_delayed, DJANGO  # operations that run Python get all models rendered


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_procrastinate_has_the_columns_in_use(db: None, table: str):
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
        assert COLUMNS[table] - {name for (name,) in cursor.fetchall()} == set(), PROCRASTINATE


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_procrastinate_has_the_functions_in_use(db: None, function: str):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oidvectortypes(proargtypes) FROM pg_proc WHERE proname = %s",
            [function],
        )
        assert cursor.fetchall() == [(FUNCTIONS[function],)], PROCRASTINATE


def test_a_stored_job_is_one_that_procrastinate_reads(transactional_db: None):
    task = app.tasks["demo.fill_year"]
    procrastinate_internals.store(task, [{"done": 1}, {"done": 2}], None)
    rows = ProcrastinateJob.objects.order_by("pk").values_list("queue_name", "task_name", "priority", "args", "status")
    expected = [(task.queue, task.name, task.priority, {"done": number}, "todo") for number in (1, 2)]
    assert list(rows) == expected, PROCRASTINATE
    assert task.priority > 0
