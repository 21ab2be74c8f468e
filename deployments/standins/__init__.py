"""Local servers of equal rank that speak as outside systems do."""
