"""A person decides about the public profiles that a campaign found."""
