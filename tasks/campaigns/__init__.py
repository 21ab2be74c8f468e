"""Campaigns, their runs, and the tables people upload for them."""
