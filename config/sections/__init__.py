"""One settings section a file, named as the subject that reads it."""
