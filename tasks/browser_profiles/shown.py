"""Pure: what is kept of a browser profile here, for people to see; no secrets."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID


def record_values(told: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """
    Return the values of a record.

    Args:
        told: A row of `/profile/metas`, or the body that a profile was made with and
            its id.
        now: When we were told.
    """
    return {
        "id": UUID(str(told["id"])),
        "folder_id": UUID(str(told["folder_id"])),
        "name": str(told.get("name") or ""),
        "browser_type": str(told.get("browser_type") or ""),
        "os_type": str(told.get("os_type") or ""),
        "notes": str(told.get("notes") or ""),
        "parameters": shown_parameters(told.get("parameters") or {}),
        "created_at": _moment(told.get("created_at")) or now,
        "updated_at": _moment(told.get("last_update_at")) or now,
    }


def shown_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return flags, fingerprint, start pages, and a proxy without its way in."""
    storage = parameters.get("storage") or {}
    shown = {
        "flags": dict(parameters.get("flags") or {}),
        "fingerprint": dict(parameters.get("fingerprint") or {}),
        "startUrls": list(parameters.get("custom_start_urls") or []),
        "isLocal": bool(storage.get("is_local", True)),
    }
    return {"shown": shown, "proxy": _shown_proxy(parameters.get("proxy"))}


def _shown_proxy(proxy: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not proxy:
        return None
    return {
        "type": str(proxy.get("type") or ""),
        "host": str(proxy.get("host") or ""),
        "port": int(proxy.get("port") or 0),
        "isAuthenticated": bool(proxy.get("username") or proxy.get("password")),
        "saveTraffic": bool(proxy.get("save_traffic")),
    }


def _moment(told: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
