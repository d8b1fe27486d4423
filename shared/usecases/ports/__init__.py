"""What several use cases ask of the world in the same words; each asks for the least it needs."""
