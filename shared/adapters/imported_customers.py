"""Customers of the ERP: profile, directory entry and the fact that remembers the ERP's id."""

from collections.abc import Iterable, Mapping, Sequence

from shared.adapters import keys
from shared.adapters.account_items import customer_from, customer_item
from shared.adapters.codec import Item
from shared.adapters.link_ends import links_end
from shared.adapters.table import NEW, VERSION, ConditionLost, Put, Table, Update, Write, seen
from shared.adapters.tickets import ticket_put
from shared.adapters.write_groups import again, write_groups
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.import_verdicts import CustomerFact
from shared.domain.recipients import gone
from shared.errors import WriteConflict

_SAME_FACT = "content_hash = :old"
_MERGES_MAX = 8
_BY = "change of address"


class ImportedCustomers:
    """Reads and writes of customers by the ERP's id. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def facts(self, entity_id: str, external_ids: Iterable[str]) -> Mapping[str, CustomerFact]:
        """Return what is remembered, by external id."""
        wanted = [keys.fact(entity_id, _name(e)) for e in external_ids]
        return {
            i["external_id"]: CustomerFact(i["customer_id"], i["content_hash"])
            for i in self._table.get_many(wanted)
        }

    def profiles(self, entity_id: str, customer_ids: Iterable[str]) -> Mapping[str, Customer]:
        """Return the customers that exist, by customer id."""
        wanted = [keys.profile(entity_id, c) for c in customer_ids]
        return {i["customer_id"]: customer_from(i) for i in self._table.get_many(wanted)}

    def by_external_id(self, entity_id: str, external_ids: Iterable[str]) -> Mapping[str, Customer]:
        """Return the customers that exist, by external id: who was merged is who they are now."""
        facts = self.facts(entity_id, external_ids)
        profiles = dict(self.profiles(entity_id, {f.customer_id for f in facts.values()}))
        found = {e: f.customer_id for e, f in facts.items() if f.customer_id in profiles}
        for _ in range(_MERGES_MAX):
            merged = {e: into for e, c in found.items() if (into := profiles[c].merged_into)}
            if not merged:
                break
            profiles |= self.profiles(entity_id, set(merged.values()) - profiles.keys())
            found |= {e: into for e, into in merged.items() if into in profiles}
        return {e: profiles[customer_id] for e, customer_id in found.items()}

    def create(self, entity: Entity, new: Sequence[tuple[Customer, str]]) -> set[int]:
        """Write new customers with their content hashes; return the indexes of those that lost."""
        groups = []
        for customer, content_hash in new:
            fact = _fact_item(entity.entity_id, customer, content_hash)
            groups.append(
                (
                    Put(fact),
                    Put(customer_item(entity.entity_id, customer)),
                    Put(directory_item(entity.entity_id, customer)),
                )
            )
        return write_groups(self._table, groups)

    def change(
        self,
        entity: Entity,
        before: Customer,
        after: Customer,
        old_hash: str,
        new_hash: str,
        now: Now,
        import_id: str,
    ) -> bool:
        """Write after over before; return False where somebody wrote first.

        Open documents carry the customer's time zone and policy for the due index: they follow
        before the customer does, so that a retry after a crash makes them follow again. Where an
        address is gone, the links that were mailed so far end with it.
        """
        entity_id = entity.entity_id
        if (before.time_zone, before.policy) != (after.time_zone, after.policy):
            self._move_documents(entity_id, after)
        today = now.today(after.time_zone)
        ticket = ticket_put(entity, today, after.customer_id, f"import:{import_id}")
        writes: list[Write] = [
            Put(
                _fact_item(entity_id, after, new_hash),
                condition=_SAME_FACT,
                values={":old": old_hash},
            ),
            Put(customer_item(entity_id, after), condition=VERSION, values=seen(before.version)),
            again(Put(directory_item(entity_id, after), condition=NEW)),
            again(ticket),
        ]
        if gone(before, after):
            writes.append(again(links_end(entity_id, after.customer_id, _BY, now)))
        try:
            self._table.write(*writes)
        except (ConditionLost, WriteConflict):
            return False
        return True

    def remember(self, entity_id: str, customer: Customer, old_hash: str, new_hash: str) -> bool:
        """Note that the ERP's row reads otherwise but says the same; False as for change()."""
        fact = _fact_item(entity_id, customer, new_hash)
        try:
            self._table.write(Put(fact, condition=_SAME_FACT, values={":old": old_hash}))
        except (ConditionLost, WriteConflict):
            return False
        return True

    def _move_documents(self, entity_id: str, customer: Customer) -> None:
        changes = {"time_zone": customer.time_zone, "policy": customer.policy}
        live = keys.live(entity_id, customer.customer_id)
        for head in self._table.query(live, begins="HEAD#"):
            try:
                self._table.write(Update({"pk": head["pk"], "sk": head["sk"]}, set=changes))
            except ConditionLost:
                continue  # closed meanwhile: it is in no index any more


def _name(external_id: str) -> str:
    return f"erp:customer:{external_id}"


def _fact_item(entity_id: str, customer: Customer, content_hash: str) -> Item:
    return {
        **keys.fact(entity_id, _name(customer.external_id)),
        "type": "FACT",
        "external_id": customer.external_id,
        "customer_id": customer.customer_id,
        "content_hash": content_hash,
    }


def directory_item(entity_id: str, customer: Customer) -> Item:
    """Return a customer as lists show it, in the order of names, too."""
    return {
        **keys.directory(entity_id, customer.customer_id),
        **keys.name_entry(entity_id, customer.name, customer.customer_id),
        "type": "DIRECTORY",
        "customer_id": customer.customer_id,
        "external_id": customer.external_id,
        "name": customer.name,
        "email": customer.email,
        "language": customer.language,
        "currency": customer.currency,
    }
