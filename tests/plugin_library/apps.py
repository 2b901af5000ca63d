from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "tests.plugin_library"
    label = "plugin_library"

    def ready(self) -> None:
        from kini.people.permissions import register_permissions
        from kini.services.kinds import kinds
        from tests.plugin_library.kind import Loan
        from tests.plugin_library.permissions import LibraryPermission

        kinds.register(Loan.id, Loan())
        register_permissions(LibraryPermission)
