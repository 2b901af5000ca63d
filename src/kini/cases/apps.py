from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "kini.cases"
    label = "cases"

    def ready(self) -> None:
        from kini.api.callers import scopes
        from kini.api.problems import refusals
        from kini.api.routing import Part, parts
        from kini.cases import answering, jobs, notices, personal_data, retention, wordings  # noqa: F401 -- jobs register themselves
        from kini.cases.api import many, own, problems
        from kini.cases.api.scopes import SCOPES
        from kini.cases.desk import joining
        from kini.cases.desk import navigation as desk_navigation
        from kini.cases.kinds import Application, Assistance, Registration
        from kini.cases.pages import registered
        from kini.cases.panels import CasePanel, case_panels
        from kini.city.checks import pack_checks
        from kini.core.chain import Chain, chains
        from kini.core.file_references import FileColumn, references
        from kini.messages.answering import answerers
        from kini.services.kinds import kinds

        chains.register("timelines", Chain("cases_checkpoint", ("id", "at", "audited", "heads")))
        for kind in (Application, Registration, Assistance):
            kinds.register(kind.id, kind())
        registered.register()
        pack_checks.register("cases.replies", wordings.check_wordings)
        notices.register()
        references.register("cases.document", FileColumn("cases.Document"))
        retention.register()
        personal_data.register()
        answerers.register("status", answering.status)
        refusals.update(problems.REFUSALS)
        for scope in SCOPES:
            scopes.register(scope.name, scope)
        parts.register("cases", Part("Cases", own.router))
        parts.register("desk", Part("Officers' desk", many.router))
        desk_navigation.register()
        case_panels.register("cases-alike", CasePanel("desk", joining.panel))
        case_panels.register("cases-followed", CasePanel("tracker", joining.followed))
