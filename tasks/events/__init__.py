"""How the parts hear of each other: outbox, relay, stream."""
