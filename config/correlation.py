"""The correlation id: one word that ties an answer to its log lines."""

from contextvars import ContextVar

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
"""Of the request that is being answered; empty outside of one."""
