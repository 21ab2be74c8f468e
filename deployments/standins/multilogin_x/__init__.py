"""Local Multilogin X: the vendor's HTTP API on loopback, over real Chromium."""
