from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "tests.plugin_library"
    label = "plugin_library"

    def ready(self) -> None:
        from kini.services.kinds import kinds
        from tests.plugin_library.kind import Loan

        kinds.register(Loan.id, Loan())
