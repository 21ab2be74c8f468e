"""24 local proxies of four qualities, as one process."""
