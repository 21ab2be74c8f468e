"""Signs of health of parts that answer by HTTP, and of the one that does not."""

import http.client
import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

_PATIENCE_SECONDS = 2.0
_REDIRECTS_END = 400  # RFC 9110, section 15: 2xx and 3xx are below


def answers(url: str) -> bool:
    """Tell whether a GET is answered with 2xx or 3xx within 2 seconds."""
    status, _ = _ask("GET", url)
    return 0 < status < _REDIRECTS_END


def worker_is_online(
    *, api_url: str, auth_string: str, work_pool: str, since: datetime
) -> bool:
    """
    Tell whether a worker of the pool has reported to Prefect after `since`.

    Source: `POST /work_pools/{name}/workers/filter` of Prefect 3.8.8's REST API.
    """
    headers = {"Content-Type": "application/json"}
    if auth_string:
        headers["Authorization"] = f"Basic {b64encode(auth_string.encode()).decode()}"
    url = f"{api_url.rstrip('/')}/work_pools/{work_pool}/workers/filter"
    status, body = _ask("POST", url, body=b"{}", headers=headers)
    return 0 < status < _REDIRECTS_END and any(
        _reported_after(since, worker) for worker in json.loads(body)
    )


def _reported_after(since: datetime, worker: Mapping[str, Any]) -> bool:
    reported = worker.get("last_heartbeat_time")
    return bool(
        worker.get("status") == "ONLINE"
        and reported
        and datetime.fromisoformat(reported) > since
    )


def _ask(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    """Return status and body; status 0 when nobody answers."""
    target = urlsplit(url)
    # Not httpx: the supervisor stays small, and no proxy of the environment applies.
    kind = (
        http.client.HTTPSConnection
        if target.scheme == "https"
        else http.client.HTTPConnection
    )
    link = kind(target.netloc, timeout=_PATIENCE_SECONDS)
    try:
        link.request(method, target.path or "/", body=body, headers=dict(headers or {}))
        response = link.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        link.close()
