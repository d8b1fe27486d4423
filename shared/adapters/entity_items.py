"""The entity's item to its domain value, and back."""

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.domain.entity import Entity

_FIELDS = tuple(Entity.__dataclass_fields__)


def entity_item(entity: Entity) -> Item:
    values = {name: getattr(entity, name) for name in _FIELDS}
    return keys.entity(entity.entity_id) | {"type": "ENTITY"} | values


def entity_from(item: Item) -> Entity:
    return Entity(**{name: item[name] for name in _FIELDS if name in item})
