"""Registration in other rooms: kind, pack check, points, cache warm-up, start page, home section."""

from functools import partial

from kini.city.public import file_schemas, model_schema, pack_checks, point_sources
from kini.core import preparation
from kini.core.health import HealthCheck, health_checks
from kini.core.process_cache import warmers
from kini.feeds import feed_config, home_section, importer, queries
from kini.feeds.kind import InformationKind
from kini.feeds.schema import Feed
from kini.feeds.service_panel import feeds_panel
from kini.services.public import kinds, start_panels
from kini.web.home import HomeSection, home_sections


def register() -> None:
    """Register everything once; called from `FeedsConfig.ready`."""
    kinds.register(InformationKind.id, InformationKind())
    file_schemas.register("feed", partial(model_schema, Feed))
    pack_checks.register("feeds", feed_config.check_feeds)
    point_sources.register("feeds", queries.feed_points)
    preparation.demo_steps.register("feeds", preparation.action_step(importer.load_samples))
    health_checks.register("feeds", HealthCheck(_source_problem))
    warmers.register("feeds", feed_config.feeds)
    start_panels.register("feeds", feeds_panel)
    home_sections.register("feeds-now", HomeSection(order=5, render=home_section.home_section, place="aside"))


def _source_problem() -> str:
    late = [each.name for each in queries.feed_statuses() if each.is_late]
    return f"late or broken, see ./kini feeds status: {', '.join(late)}" if late else ""
