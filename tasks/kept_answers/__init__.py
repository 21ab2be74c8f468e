"""Answers kept for a repeat under the same Idempotency-Key."""
