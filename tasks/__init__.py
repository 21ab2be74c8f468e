"""What is done: one unit of work each, and the records it works on."""
