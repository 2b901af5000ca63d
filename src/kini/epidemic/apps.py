from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EpidemicConfig(AppConfig):
    name = "kini.epidemic"
    verbose_name = _("Epidemic")

    def ready(self) -> None:
        from kini.epidemic.home import home_section
        from kini.epidemic.registration import register
        from kini.web.home import HomeSection, home_sections

        register()
        home_sections.register("health", HomeSection(order=12, render=home_section))
