"""A VPN provider and an internet in network namespaces, for tests and benchmarks."""
