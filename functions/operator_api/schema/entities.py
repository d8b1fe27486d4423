"""Entities and their policies on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from functions.operator_api.schema.wire import Currency, EntityId, Name, Wire

Series = Annotated[
    dict[str, Annotated[str, Field(max_length=40)]],
    Field(
        max_length=20,
        description="Patterns of numbers by series: INV for invoices, CN for credit notes",
        examples=[{"INV": "INV-{year}-{n:5}"}],
    ),
]
Gapless = Annotated[
    bool, Field(description="No number may be missing; invoices wait for each other then")
]

CreditUse = Annotated[
    Literal["offer", "auto", "never"],
    Field(description="What becomes of unapplied money when an invoice is open"),
]
ToleranceMinor = Annotated[
    dict[Currency, Annotated[int, Field(ge=0, le=10**6)]],
    Field(max_length=20, description="Differences too small to chase: minor units by currency"),
]
TolerancePercent = Annotated[
    str,
    Field(
        pattern=r"^[0-9](\.[0-9]{1,2})?$",
        description="Of the amount; both bounds of the tolerance must hold",
    ),
]


class EntityOut(Wire):
    entity_id: str
    name: str
    currency: str
    time_zone: str
    language: str
    contact_email: str
    contact_phone: str
    address: str
    bank_account: str
    hold_all: bool
    daily_cap: int | None
    default_policy: str
    default_terms: str
    series: dict[str, str]
    gapless_numbers: bool
    apply_credit: str
    tolerance: dict[str, int]
    tolerance_percent: str
    erp_max_age_hours: int
    bank_max_age_hours: int
    erp_stale: str


class EntityIn(Wire):
    entity_id: EntityId
    name: Name
    currency: Currency
    time_zone: Annotated[str, Field(max_length=64)]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    contact_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
    contact_phone: Annotated[str, Field(max_length=64)] = ""
    address: Annotated[str, Field(max_length=500)] = ""
    bank_account: Annotated[str, Field(max_length=200)] = ""
    default_terms: Annotated[str, Field(max_length=2000)] = "net 30"
    series: Series = Field(default_factory=dict)
    gapless_numbers: Gapless = False


class EntityPatch(Wire):
    name: Name | None = None
    contact_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)] | None = None
    contact_phone: Annotated[str, Field(max_length=64)] | None = None
    address: Annotated[str, Field(max_length=500)] | None = None
    bank_account: Annotated[str, Field(max_length=200)] | None = None
    default_terms: Annotated[str, Field(max_length=2000)] | None = None
    series: Series | None = None
    gapless_numbers: Gapless | None = None
    apply_credit: CreditUse | None = None
    tolerance: ToleranceMinor | None = None
    tolerance_percent: TolerancePercent | None = None
    erp_max_age_hours: Annotated[int, Field(ge=1)] | None = None
    bank_max_age_hours: Annotated[int, Field(ge=0, description="0: none is waited for")] | None = (
        None
    )
    hold_all: Annotated[bool, Field(description="Only true: release is its own call")] | None = None


class ReleaseIn(Wire):
    daily_cap: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class EntityList(Wire):
    items: list[EntityOut]


class PolicyOut(Wire):
    name: str
    version: int
    valid_from: datetime
    by: str
    yaml: str
    policy: dict[str, Any]


class PolicyList(Wire):
    items: list[PolicyOut]
