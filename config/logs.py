"""One log set-up for every process; secrets are masked."""

import json
import logging
import re
import sys

from typing_extensions import override

from config.correlation import correlation_id
from config.settings import settings

MASK = "**********"
_SECRETS = re.compile(
    r"(?i)(bearer\s+|api[_-]?key[\"']?[=:]\s*[\"']?|password[\"']?[=:]\s*[\"']?"
    r"|secret[\"']?[=:]\s*[\"']?|t(?:oken|icket)[\"']?[=:]\s*[\"']?"
    r"|(?:__host-)?(?:access|refresh)=|://[^:/@\s]*:(?=[^\s/@]*@))([^\s\"'&@,;]+)"
)
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_JSON_WEB_TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]+")


def mask_secrets(text: str) -> str:
    """Return `text` with passwords, tokens and keys replaced by a mask."""
    return _JSON_WEB_TOKEN.sub(MASK, _SECRETS.sub(rf"\1{MASK}", text))


def escape_controls(text: str) -> str:
    """Return `text` with what moves a cursor or ends a line written out, save LF."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


class _TextForm(logging.Formatter):
    @override
    def format(self, record: logging.LogRecord) -> str:
        line = escape_controls(mask_secrets(super().format(record)))
        if asked := correlation_id.get():
            line = f"[{asked}] {line}"
        return line if record.exc_info else line.replace("\n", "\\n")


class _JsonForm(logging.Formatter):
    @override
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if asked := correlation_id.get():
            line["correlationId"] = asked
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return escape_controls(mask_secrets(json.dumps(line, ensure_ascii=False)))


def set_up_logs() -> None:
    """Send every logger of this process to standard error, in the form that is set."""
    section = settings().logs
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _JsonForm()
        if section.form == "json"
        else _TextForm("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(section.level)
    for noisy in ("httpx", "httpcore", "asyncio", "selenium"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
