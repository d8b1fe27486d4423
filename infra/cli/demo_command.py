"""demo: a sample company lives for some months on the local cloud."""


def demo() -> None:
    """Live."""
