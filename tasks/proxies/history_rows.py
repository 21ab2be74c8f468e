"""A proxy's history as rows: added to, rolled up, read; never commits."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from config.vocabulary import HistoryStep
from tasks.models import ProxyHistory
from tasks.proxies.health import Point, beginning_of

_ADD = text(
    """
    INSERT INTO proxy_history AS kept
      (proxy_id, step, starts_at, requests, failures, bans, waits, latencies)
    VALUES (:proxy_id, 'minute', :starts_at, :requests, :failures, :bans, :waits,
            CAST(:latencies AS integer[]))
    ON CONFLICT (proxy_id, step, starts_at) DO UPDATE SET
      requests = kept.requests + excluded.requests,
      failures = kept.failures + excluded.failures,
      bans = kept.bans + excluded.bans,
      waits = kept.waits + excluded.waits,
      latencies = (
        SELECT array_agg(one + other ORDER BY place)
        FROM unnest(kept.latencies, excluded.latencies)
          WITH ORDINALITY AS both_of (one, other, place)
      )
    """
)

_ROLL_UP = text(
    """
    WITH gone AS (
      DELETE FROM proxy_history
      WHERE step = :fine AND starts_at < :before
      RETURNING proxy_id, date_trunc(:coarse, starts_at, 'UTC') AS starts_at,
                requests, failures, bans, waits, latencies
    ),
    totals AS (
      SELECT proxy_id, starts_at, sum(requests) AS requests,
             sum(failures) AS failures, sum(bans) AS bans, sum(waits) AS waits
      FROM gone GROUP BY proxy_id, starts_at
    ),
    counted AS (
      SELECT proxy_id, starts_at, array_agg(count ORDER BY place) AS latencies
      FROM (
        SELECT proxy_id, starts_at, place, sum(count)::integer AS count
        FROM gone, unnest(latencies) WITH ORDINALITY AS each (count, place)
        GROUP BY proxy_id, starts_at, place
      ) AS places
      GROUP BY proxy_id, starts_at
    )
    INSERT INTO proxy_history AS kept
      (proxy_id, step, starts_at, requests, failures, bans, waits, latencies)
    SELECT proxy_id, :coarse, starts_at, requests, failures, bans, waits, latencies
    FROM totals JOIN counted USING (proxy_id, starts_at)
    ON CONFLICT (proxy_id, step, starts_at) DO UPDATE SET
      requests = kept.requests + excluded.requests,
      failures = kept.failures + excluded.failures,
      bans = kept.bans + excluded.bans,
      waits = kept.waits + excluded.waits,
      latencies = (
        SELECT array_agg(one + other ORDER BY place)
        FROM unnest(kept.latencies, excluded.latencies)
          WITH ORDINALITY AS both_of (one, other, place)
      )
    """
)


def add_points(session: Session, points: Mapping[tuple[int, datetime], Point]) -> None:
    """Add to the minutes of some proxies, in one order so that nobody waits in turn."""
    rows = [
        {"proxy_id": proxy_id, **point._asdict(), "latencies": list(point.latencies)}
        for (proxy_id, _), point in sorted(points.items())
    ]
    if rows:
        session.execute(_ADD, rows)


def roll_up(
    session: Session, step: HistoryStep, *, into: HistoryStep, before: datetime
) -> None:
    """Make whole hours of old minutes, or days of old hours."""
    wish = {
        "fine": step.value,
        "coarse": into.value,
        "before": beginning_of(before, into),
    }
    session.execute(_ROLL_UP, wish)


def forget_history(session: Session, *, before: datetime) -> None:
    """Remove the days before a moment."""
    session.execute(
        delete(ProxyHistory).where(
            ProxyHistory.step == HistoryStep.DAY, ProxyHistory.starts_at < before
        )
    )


def read_points(session: Session, proxy_id: int, *, since: datetime) -> list[Point]:
    """Return all points since a moment, of whatever length, oldest first."""
    rows = session.execute(
        select(*(getattr(ProxyHistory, name) for name in Point._fields))
        .where(ProxyHistory.proxy_id == proxy_id, ProxyHistory.starts_at >= since)
        .order_by(ProxyHistory.starts_at)
    )
    return [Point._make((*row[:-1], tuple(row[-1]))) for row in rows]
