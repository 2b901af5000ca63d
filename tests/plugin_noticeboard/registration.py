"""Registration in other rooms: permission, outbox, retention, data set, health check, navigation."""

from django.utils.translation import gettext_lazy as _

from kini.analytics import datasets
from kini.core.health import HealthCheck, health_checks
from kini.exchange.public import destinations
from kini.people.public import register_permissions
from kini.web.navigation import NavItem, navigation
from tests.plugin_noticeboard import retention
from tests.plugin_noticeboard.datasets import POSTED
from tests.plugin_noticeboard.environment import NoticeboardEnvironment
from tests.plugin_noticeboard.permissions import NoticeboardPermission
from tests.plugin_noticeboard.press import Press


def register() -> None:
    """Register everything once; called from `NoticeboardConfig.ready`."""
    register_permissions(NoticeboardPermission)
    destinations.register("press", Press())
    retention.register()
    datasets.register(POSTED)
    health_checks.register("noticeboard", HealthCheck(_press_problem))
    navigation.register("noticeboard", NavItem("noticeboard:board", _("Noticeboard"), "document", order=40))


def _press_problem() -> str:
    return "" if NoticeboardEnvironment.current().noticeboard_press else "KINI_NOTICEBOARD_PRESS is missing"
