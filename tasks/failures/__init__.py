"""Errors nobody has a word for: kept, counted, sent on, and an alert for each kind."""
