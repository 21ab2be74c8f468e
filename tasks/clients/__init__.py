"""One file an outside system; the only code that knows its wire format."""
