"""One function a record; every argument has a default."""
