"""The local cloud: the built template, its real handlers and every outside product, on loopback."""
