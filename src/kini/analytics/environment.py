"""Variables of the analytics engine."""

from pydantic import Field

from kini.core.environment_settings import EnvironmentSettings


class AnalyticsEnvironment(EnvironmentSettings):
    analytics: str = Field(
        "",
        description="Spark cluster for queries over closed days of Wi-Fi usage (`spark://host:7077`, "
        "[docs/wifi-served.md](wifi-served.md)); without it DuckDB does",
    )
