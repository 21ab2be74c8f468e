"""Tunnels: what is wished for each location, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from tasks.models.base import Base, Record


class VpnTunnel(Record):
    """
    The tunnel of one location; the tunnel keeper named by `worker` follows the wish.

    `wish` grows with every wish: what a keeper writes about an older one is dropped.
    No `wished_protocol` means that nobody wants the tunnel.
    """

    __tablename__ = "vpn_tunnels"

    location: Mapped[str] = mapped_column(unique=True)
    wished_protocol: Mapped[str | None]
    wish: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    worker: Mapped[str]
    protocol: Mapped[str]
    state: Mapped[str]
    state_changed_at: Mapped[datetime]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    endpoint: Mapped[str | None]
    tunnel_address: Mapped[str | None]
    exit_ip: Mapped[str | None]
    exit_country: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    received_bytes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    sent_bytes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    last_handshake_at: Mapped[datetime | None]
    proxy_port: Mapped[int | None]


class TunnelKeeper(Base):
    """A process that makes tunnels on one machine, and what it is able to."""

    __tablename__ = "tunnel_keepers"

    worker: Mapped[str] = mapped_column(primary_key=True)
    abilities: Mapped[dict[str, Any]]
    last_seen_at: Mapped[datetime]
