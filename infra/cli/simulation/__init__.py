"""simulate: a policy over a history that is known, without a hub."""
