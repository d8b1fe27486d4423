"""The loopback front: what an API Gateway HTTP API does between a browser and the functions."""
