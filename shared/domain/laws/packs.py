"""The law packs by code."""

from collections.abc import Mapping

from shared.domain.laws.eu import EU
from shared.domain.laws.law import Law
from shared.domain.laws.uk import UK

LAWS: Mapping[str, Law] = {law.code: law for law in (UK, *EU)}
"""Every law that a policy may name."""
