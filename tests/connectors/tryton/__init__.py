"""A live Tryton for tests: it runs in its own environment, driven through proteus."""
