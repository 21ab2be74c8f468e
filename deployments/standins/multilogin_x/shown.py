"""Pure: a kept browser profile as search, metas and summary show it."""

from typing import Any

from deployments.standins.multilogin_x.flags import CUSTOM, MEMBER_OF_FLAG
from deployments.standins.multilogin_x.kept import Document
from deployments.standins.multilogin_x.words import NEVER

_NATURAL_FINGERPRINT: dict[str, Any] = {
    "fonts": [],
    "geolocation": {"accuracy": 0, "altitude": 0, "latitude": 0, "longitude": 0},
    "graphic": {"device_id": "", "renderer": "", "vendor": "", "vendor_id": ""},
    "localization": {"accept_languages": "", "languages": "", "locale": ""},
    "media_devices": {"audio_inputs": 0, "audio_outputs": 0, "video_inputs": 0},
    "navigator": {"hardware_concurrency": 0, "platform": "", "user_agent": ""},
    "ports": [],
    "screen": {"height": 0, "pixel_ratio": 0, "width": 0},
    "timezone": {"zone": ""},
    "webrtc": {"public_ip": "0.0.0.0/32"},
}
"""Empty where the machine's own value shows through: nothing is invented here."""


def search_row(record: Document, lock: Document | None) -> dict[str, Any]:
    """Return a row of `/profile/search`."""
    holder = lock["holder"] if lock else ""
    row = {
        "abp_status": "disabled",
        "browser_type": record["browser_type"],
        "core_version": record["core_version"],
        "created_at": record["created_at"],
        "created_by": record["created_by"],
        "folder_id": record["folder_id"],
        "id": record["id"],
        "in_use_by": holder,
        "is_local": record["parameters"]["storage"]["is_local"],
        "last_launched_by": record["last_launched_by"],
        "last_launched_on": record["last_launched_on"],
        "locked_by": holder,
        "name": record["name"],
        "notes": record["notes"],
        "os_type": record["os_type"],
        "password_protected": False,
        "password_restricted": False,
        "updated_at": record["updated_at"],
    }
    if record["last_launched_at"]:
        row["last_launched_at"] = record["last_launched_at"]
    if record["removed_at"]:
        row["removed_at"] = record["removed_at"]
        row["removed_by"] = record["removed_by"]
    return row


def meta_row(record: Document, lock: Document | None) -> dict[str, Any]:
    """Return a row of `/profile/metas`; `is_local` at its top is always false."""
    return {
        "id": record["id"],
        "name": record["name"],
        "notes": record["notes"],
        "tags": record["tags"],
        "browser_type": record["browser_type"],
        "os_type": record["os_type"],
        "core_version": record["core_version"],
        "is_auto_update": record["auto_update_core"],
        # As live: wrong for local ones; `parameters.storage.is_local` is right.
        "is_local": False,
        "folder_id": record["folder_id"],
        "workspace_id": record["workspace_id"],
        "status": "",
        "created_at": record["created_at"],
        "created_by": record["created_by"],
        "in_use_by": lock["holder"] if lock else "",
        "last_launched_at": record["last_launched_at"] or NEVER,
        "last_launched_by": record["last_launched_by"],
        "last_launched_on": record["last_launched_on"],
        "last_update_at": record["updated_at"],
        "last_updated_by": record["last_updated_by"],
        "removed_at": record["removed_at"] or NEVER,
        "removed_by": record["removed_by"],
        "parameters": record["parameters"],
    }


def summary_of(record: Document) -> dict[str, Any]:
    """Return the fingerprint a browser profile starts with."""
    flags, fingerprint = (
        record["parameters"]["flags"],
        record["parameters"]["fingerprint"],
    )
    told = dict(_NATURAL_FINGERPRINT)
    for flag, member in MEMBER_OF_FLAG.items():
        if flags[flag] == CUSTOM:
            told[member] = fingerprint[member]
    return {**told, "masking_options": flags}


def folder_row(folder: Document, profiles_count: int) -> dict[str, Any]:
    """Return a row of `/workspace/folders`."""
    return {
        "comment": folder["comment"],
        "created_at": folder["created_at"],
        "folder_id": folder["id"],
        "name": folder["name"],
        "profiles_count": profiles_count,
    }
