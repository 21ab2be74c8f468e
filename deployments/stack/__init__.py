"""Everything on one machine: installed, started, watched over and stopped."""
