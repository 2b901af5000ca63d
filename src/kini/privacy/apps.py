from pathlib import Path

from django.apps import AppConfig

HERE = Path(__file__).parent


class PrivacyConfig(AppConfig):
    name = "kini.privacy"
    label = "privacy"

    def ready(self) -> None:
        from kini.cases.panels import CasePanel, case_panels
        from kini.core.file_references import FileColumn, references
        from kini.letters.rendering import papers
        from kini.privacy import desk, jobs, navigation, notices, panels, queries, retention  # noqa: F401 -- jobs register themselves
        from kini.privacy.kind import PrivacyRequest
        from kini.services.house import HouseServices, house_services
        from kini.services.kinds import kinds

        kinds.register(PrivacyRequest.id, PrivacyRequest())
        house_services.register("privacy", HouseServices(HERE / "services", "privacy", queries.holder))
        papers.register("privacy", HERE / "paper")
        references.register("privacy.export", FileColumn("privacy.Export"))
        retention.register()
        notices.register()
        desk.register()
        case_panels.register("privacy-tracker", CasePanel("tracker", panels.of_resident))
        case_panels.register("privacy-desk", CasePanel("desk", panels.of_desk))
        navigation.register()
