"""One file a resource: translate, delegate, answer."""
