"""What was made of a request that is pending: noted once, whoever makes it twice."""

from shared.adapters.keys import Key
from shared.adapters.table import EXISTS, ConditionLost, Table, Update


def note_made(table: Table, request: Key, where: str, place: str, **more: str) -> bool:
    """Note place, where the file is, in the attribute where of request, and more beside it.

    Nobody waits for it from then on. Returns False where it was noted before.
    """
    noted = Update(
        request,
        set={where: place, **more},
        remove=("ppk", "psk"),
        condition=f"{EXISTS} AND #{where} = :none",
        values={":none": ""},
    )
    try:
        table.write(noted)
    except ConditionLost:
        return False
    return True
