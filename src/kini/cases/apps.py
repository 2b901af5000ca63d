from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "kini.cases"
    label = "cases"

    def ready(self) -> None:
        from kini.cases import jobs, notices  # noqa: F401 -- they register themselves
        from kini.cases.desk import navigation as desk_navigation
        from kini.cases.kinds import Application, Assistance, Registration
        from kini.cases.pages import registered
        from kini.services.kinds import kinds

        for kind in (Application, Registration, Assistance):
            kinds.register(kind.id, kind())
        registered.register()
        desk_navigation.register()
