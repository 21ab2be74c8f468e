"""How the deployed schema changes."""
