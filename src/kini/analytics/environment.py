"""Variables of the analytics engine."""

from pydantic import Field

from kini.core.environment_settings import EnvironmentSettings


class AnalyticsEnvironment(EnvironmentSettings):
    analytics: str = Field(
        "",
        description="Spark cluster that answers questions about closed days of Wi-Fi use (`spark://host:7077`, "
        "[docs/wifi-served.md](wifi-served.md)); without it DuckDB does",
    )
