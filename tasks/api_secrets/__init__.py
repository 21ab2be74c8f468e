"""Keys that open documented interfaces: kept sealed, referred to by name."""
