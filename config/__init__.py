"""What is set, and what settings alone can build; the bottom of the house."""
