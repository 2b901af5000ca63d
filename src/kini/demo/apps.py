from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Demo(AppConfig):
    name = "kini.demo"
    label = "demo"
    verbose_name = _("Demo")

    def ready(self) -> None:
        from kini.city.public import pack_checks
        from kini.demo import jobs  # noqa: F401 -- jobs register themselves
        from kini.demo.content import check_demo
        from kini.demo.pages import section
        from kini.web.home import HomeSection, home_sections

        home_sections.register("demo", HomeSection(order=99, render=section))
        home_sections.register("demo-sign-in", HomeSection(order=10, render=section, place="demo"))
        pack_checks.register("demo", check_demo)
