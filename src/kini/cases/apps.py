from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "kini.cases"
    label = "cases"

    def ready(self) -> None:
        from kini.api.auth import scopes
        from kini.api.operations import ApiModule, api_modules
        from kini.api.problems import refusal_problems
        from kini.cases import (  # noqa: F401 -- jobs register themselves
            actions,
            default_replies,
            jobs,
            notifications,
            personal_data,
            record_policy,
            retention,
            status_replies,
        )
        from kini.cases.api import batch_moves, drafts_and_ratings, problems
        from kini.cases.api.scopes import SCOPES
        from kini.cases.desk import duplicates
        from kini.cases.desk import navigation as desk_navigation
        from kini.cases.kinds import Application, Assistance, Registration
        from kini.cases.pages import registration
        from kini.cases.panels import CasePanel, case_panels
        from kini.cases.permissions import CasePermission
        from kini.city.public import pack_checks
        from kini.core import preparation
        from kini.core.chain import Chain, chains
        from kini.core.database import key_rotation
        from kini.core.file_references import FileColumn, references
        from kini.messages.public import reply_handlers
        from kini.people.public import register_permissions
        from kini.services.public import kinds

        chains.register("timelines", Chain("cases_checkpoint", ("id", "at", "audited", "heads")))
        register_permissions(CasePermission)
        for kind in (Application, Registration, Assistance):
            kinds.register(kind.id, kind())
        registration.register()
        pack_checks.register("cases.replies", default_replies.check_default_replies)
        key_rotation.register_action("cases and drafts", actions.rotate_keys)
        preparation.steps.register("cases.replies", default_replies.prepare_replies)
        preparation.steps.register("cases.encryption", jobs.encrypt_plain_answers)
        notifications.register()
        references.register("cases.document", FileColumn("cases.Attachment"))
        retention.register()
        personal_data.register()
        record_policy.register()
        reply_handlers.register("status", status_replies.status_reply)
        refusal_problems.update(problems.REFUSALS)
        for scope in SCOPES:
            scopes.register(scope.name, scope)
        api_modules.register("cases", ApiModule("Cases", drafts_and_ratings.router))
        api_modules.register("desk", ApiModule("Officers' desk", batch_moves.router))
        desk_navigation.register()
        case_panels.register("cases-alike", CasePanel("desk", duplicates.duplicates_panel))
        case_panels.register("cases-followed", CasePanel("tracker", duplicates.merged_panel))
