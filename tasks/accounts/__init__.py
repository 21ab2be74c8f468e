"""The people who sign in: passwords, logins, tokens, permissions."""
