"""What people and organisations published about themselves."""
