from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kini.web.navigation import NavItem, navigation


class WebConfig(AppConfig):
    name = "kini.web"
    label = "web"

    def ready(self) -> None:
        """Register the home entries and the service worker's own scripts, which come first."""
        from kini.core.process_cache import warmers
        from kini.web.language import load_languages
        from kini.web.pwa import worker_scripts

        warmers.register("languages", load_languages)
        worker_scripts.register("tables", "kini/tables.js")
        worker_scripts.register("pages", "kini/worker.js")
        worker_scripts.register("unsent", "kini/unsent.js")
        navigation.register("home", NavItem("web:home", _("Home"), "home", order=10))
        navigation.register("help", NavItem("web:help", _("Help and contact"), "info", order=5, place="help"))
        statement = NavItem("web:accessibility", _("Accessibility"), "people", order=80, place="help")
        navigation.register("accessibility", statement)
        navigation.register("home-bottom", NavItem("web:home", _("Home"), "home", order=10, place="bottom"))
