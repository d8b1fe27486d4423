"""Reading what was imported before, by the names that the ERP gave it."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from shared.domain.customer import Customer
from shared.domain.import_verdicts import CustomerFact, InvoiceFact


class ReadsProfiles(Protocol):
    def profiles(self, entity_id: str, customer_ids: Iterable[str]) -> Mapping[str, Customer]: ...


class ReadsCustomerFacts(Protocol):
    def facts(self, entity_id: str, external_ids: Iterable[str]) -> Mapping[str, CustomerFact]: ...


class ReadsInvoiceFacts(Protocol):
    def facts(self, entity_id: str, external_ids: Iterable[str]) -> Mapping[str, InvoiceFact]: ...
