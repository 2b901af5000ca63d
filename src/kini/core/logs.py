"""Structured logs: one event a line, JSON in production, readable text in a first look."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Marks records that are rendered.
_LINE = "kini_line"


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Renders records of the standard library; structlog's are lines already."""

    def format(self, record: logging.LogRecord) -> str:
        return record.getMessage() if hasattr(record, _LINE) else super().format(record)


def _told(_logger: WrappedLogger, _method: str, line: EventDict) -> tuple[tuple[Any], dict[str, Any]]:
    """A rendered line as the standard library's logger takes it."""
    return (line,), {"extra": {_LINE: True}}


def configure(form: str, level: str) -> None:
    """Send structlog's and the standard library's records of a level and above through one renderer.

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
    # What no line says is not looked up for each (logging's own advice, "Optimization").
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
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
    # pypdf complains about every odd file; what matters is told to the person who sent it.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    # Django's templates print whole requests, with what stands in their addresses.
    for quiet in ("procrastinate", "httpx", "_granian", "granian", "asyncio", "PIL", "fontTools", "django.template"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
