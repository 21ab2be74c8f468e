"""REST, server-sent events, and the gate in front of the console."""
