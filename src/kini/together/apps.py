from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TogetherConfig(AppConfig):
    name = "kini.together"
    verbose_name = _("Mutual help")

    def ready(self) -> None:
        from kini.core.file_references import FileColumn, references
        from kini.together.registration import register

        references.register("together.photo", FileColumn("together.DeliveryPhoto"))
        register()
