"""Does an exit give away who is behind it."""
