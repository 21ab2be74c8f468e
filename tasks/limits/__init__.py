"""How often somebody may ask: five classes, counted exactly over a sliding window."""
