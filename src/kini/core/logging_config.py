"""Structured logs: one event a line, JSON in production, text in demo mode."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Attribute of records that are rendered already.
_LINE = "kini_line"


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Renders records of the standard library; structlog's are rendered already."""

    def format(self, record: logging.LogRecord) -> str:
        return record.getMessage() if hasattr(record, _LINE) else super().format(record)


def _told(_logger: WrappedLogger, _method: str, line: EventDict) -> tuple[tuple[Any], dict[str, Any]]:
    """Pass a rendered line to the standard library's logger."""
    return (line,), {"extra": {_LINE: True}}


def configure(form: str, level: str) -> None:
    """Configure structlog and the standard library's logging with one renderer.

    Args:
        form: "json" or "text".
        level: "debug", "info", "warning" or "error".
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.format_exc_info,
            renderer,
            _told,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    final: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        renderer,
    ]
    handler.setFormatter(_Formatter(foreign_pre_chain=shared, processors=final))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # pypdf complains about every odd file; the uploader gets an error anyway.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    # Django's templates log whole requests with their URLs.
    for quiet in ("procrastinate", "httpx", "_granian", "granian", "asyncio", "PIL", "fontTools", "django.template"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
