"""Tunnels to other exits, and who may use them."""
