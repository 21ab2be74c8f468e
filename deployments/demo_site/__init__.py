"""A site of invented people, so that a campaign has something to gather anywhere."""
