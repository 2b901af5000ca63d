from pathlib import Path

from django.apps import AppConfig

HERE = Path(__file__).parent


class PrivacyConfig(AppConfig):
    name = "kini.privacy"
    label = "privacy"

    def ready(self) -> None:
        from kini.cases.panels import CasePanel, case_panels
        from kini.core.file_references import FileColumn, references
        from kini.letters.rendering import template_folders
        from kini.privacy import desk, jobs, navigation, notices, panels, queries, retention  # noqa: F401 -- jobs register themselves
        from kini.privacy.request_kind import PrivacyRequest
        from kini.services.builtin_services import BuiltinServices, builtin_service_sets
        from kini.services.kinds import kinds

        kinds.register(PrivacyRequest.id, PrivacyRequest())
        builtin_service_sets.register("privacy", BuiltinServices(HERE / "services", "privacy", queries.service_holder))
        template_folders.register("privacy", HERE / "paper")
        references.register("privacy.export", FileColumn("privacy.Export"))
        retention.register()
        notices.register()
        desk.register()
        case_panels.register("privacy-tracker", CasePanel("tracker", panels.export_panel))
        case_panels.register("privacy-desk", CasePanel("desk", panels.restriction_panel))
        navigation.register()
