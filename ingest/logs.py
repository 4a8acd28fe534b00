"""How the service logs: one event a line on stderr, keys with units, never a secret (STYLE 10).

Text is logfmt (`event=poll_done feed=nos new=2 elapsed_s=0.41`), json one object a line. Called once, by the command
that starts a process.
"""

import logging
import sys

import structlog


def set_up_logs(form: str = "text", level: str = "info") -> None:
    """Make structlog write `form` ("text" or "json") from `level` upwards to stderr."""
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _one_line,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Libraries that log by the standard module say only what went wrong.
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, force=True)


def _one_line(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Keep an event on its line: what a server stated may hold line breaks and control characters."""
    return {
        key: "".join(c if c.isprintable() else " " for c in value)
        if isinstance(value, str) and key != "exception"
        else value
        for key, value in event.items()
        if value is not None
    }
