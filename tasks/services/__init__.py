"""The services Muster leans on: do they answer, how fast, and how much waits."""
