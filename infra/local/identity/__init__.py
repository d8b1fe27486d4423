"""A small OpenID Connect issuer on loopback: what a Cognito user pool is on AWS."""

from infra.local.identity.tokens import Issuer, Operator

__all__ = ["Issuer", "Operator"]
