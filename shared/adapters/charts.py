"""The accounts that an entity renamed. An entity that renamed none has no item."""

from collections.abc import Mapping

from shared.adapters import keys
from shared.adapters.table import NEW, VERSION, ConditionLost, Put, Table, seen
from shared.domain.chart import Role, chart
from shared.errors import WriteConflict


class Charts:
    """Reads and writes of charts of accounts. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def chart(self, entity_id: str) -> dict[Role, str]:
        """Return the entity's account for every role."""
        item = self._table.get(keys.chart(entity_id))
        return chart(item["renamed"] if item else {})

    def rename(self, entity_id: str, renamed: Mapping[str, str]) -> dict[Role, str]:
        """Give roles other accounts, keep the others as they are, and return the chart.

        An empty name gives a role its first account again. Raises InvalidInput for what is no
        chart, and WriteConflict where somebody wrote first.
        """
        key = keys.chart(entity_id)
        item = self._table.get(key)
        merged = {**(item["renamed"] if item else {}), **renamed}
        merged = {role: name for role, name in merged.items() if name}
        made = chart(merged)
        version = item["version"] if item else 0
        wanted = {**key, "type": "CHART", "renamed": merged, "version": version + 1}
        condition = (NEW, {}) if item is None else (VERSION, seen(version))
        try:
            self._table.write(Put(wanted, condition=condition[0], values=condition[1]))
        except ConditionLost:
            raise WriteConflict(entity=entity_id) from None
        return made
