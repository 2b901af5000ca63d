from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "kini.cases"
    label = "cases"

    def ready(self) -> None:
        from kini.api.callers import scopes
        from kini.api.problems import refusals
        from kini.api.routing import Part, parts
        from kini.cases import jobs, notices  # noqa: F401 -- they register themselves
        from kini.cases.api import applying, following, problems
        from kini.cases.api.scopes import SCOPES
        from kini.cases.desk import navigation as desk_navigation
        from kini.cases.kinds import Application, Assistance, Registration
        from kini.cases.pages import registered
        from kini.services.kinds import kinds

        for kind in (Application, Registration, Assistance):
            kinds.register(kind.id, kind())
        registered.register()
        refusals.update(problems.REFUSALS)
        for scope in SCOPES:
            scopes.register(scope.name, scope)
        parts.register("applying", Part("Applying", applying.router))
        parts.register("following", Part("Following", following.router))
        desk_navigation.register()
