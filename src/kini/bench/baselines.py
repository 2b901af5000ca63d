"""Baseline views on the same stack: one SELECT, one INSERT."""

from django.db import connection, models, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path

from kini.core.database import database_roles


class Plain(models.Model):
    """Row with eight columns, in a table that exists only during a benchmark."""

    reference = models.CharField(max_length=30, unique=True)
    service = models.CharField(max_length=60)
    state = models.CharField(max_length=60)
    agency = models.CharField(max_length=60)
    area = models.CharField(max_length=120)
    opened_at = models.DateTimeField(auto_now_add=True)
    answers = models.JSONField(default=dict)

    class Meta:
        app_label = "bench"


COLUMNS = ("id", "reference", "service", "state", "agency", "area", "opened_at", "answers")


def select(request: HttpRequest, reference: str) -> JsonResponse:
    """Select one row by its unique column."""
    return JsonResponse(Plain._default_manager.values(*COLUMNS).get(reference=reference))


def insert(request: HttpRequest) -> JsonResponse:
    """Insert one row in a transaction."""
    with transaction.atomic():
        row = Plain._default_manager.create(
            reference=request.headers["Idempotency-Key"][-30:],
            service="yardstick",
            state="check",
            agency="agency",
            area="1/1.1/1.1.1",
            answers={"where": "1.1.1"},
        )
    return JsonResponse({"id": row.pk}, status=201)


urlpatterns = [
    path("select/<str:reference>", select),
    path("insert", insert),
    path("health/ready", lambda request: JsonResponse({})),
]


def create_rows(count: int) -> list[str]:
    """Create the table with `count` rows, as the tables' owner; return their references."""
    with database_roles.as_owner():
        with connection.schema_editor() as editor:
            editor.create_model(Plain)
        database_roles.grant_program_role()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO bench_plain (reference, service, state, agency, area, opened_at, answers)
            SELECT 'row-' || number, 'yardstick', 'check', 'agency', '1/1.1/1.1.1', now(), '{"where": "1.1.1"}'
            FROM generate_series(0, %s) AS number
            """,
            [count - 1],
        )
        cursor.execute("ANALYZE bench_plain")
    return [f"row-{number}" for number in range(count)]
