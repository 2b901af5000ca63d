from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "kini.documents"
    label = "documents"

    def ready(self) -> None:
        from kini.documents import jobs, registration

        assert jobs
        registration.register()
