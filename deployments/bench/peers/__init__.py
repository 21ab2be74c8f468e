"""The same crawl by other crawlers, each a program of its own."""
