"""Proxies: records, rotation, pins, health."""
