"""Questions: kept in the customer's history, with the task and the hold that they cause."""

from collections.abc import Iterator

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.holds import hold_puts
from shared.adapters.table import ConditionLost, Put, Table
from shared.adapters.tasks import open_task_put
from shared.domain.agreement import Hold
from shared.domain.clock import from_iso, iso
from shared.domain.entity import Entity
from shared.domain.questions import Question
from shared.domain.tasks import Task


class Questions:
    """Reads and writes of customers' questions."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def ask(
        self, entity: Entity, customer_id: str, question: Question, task: Task, hold: Hold | None
    ) -> bool:
        """Write the question, its task and its hold, all or nothing; False: it is there already."""
        item = {
            **keys.question(entity.entity_id, customer_id, question.question_id),
            "type": "QUESTION",
            "customer_id": customer_id,
            "question_id": question.question_id,
            "text": question.text,
            "documents": list(question.documents),
            "asked_at": iso(question.asked_at),
        }
        holds = hold_puts(entity, customer_id, hold) if hold else ()
        try:
            self._table.write(Put(item), open_task_put(entity.entity_id, task), *holds)
        except ConditionLost:
            return False
        return True

    def of(self, entity_id: str, customer_id: str) -> Iterator[Question]:
        """Yield the customer's questions, in no order of time."""
        for item in self._table.query(keys.history(entity_id, customer_id), begins="QUESTION#"):
            yield _question_from(item)


def _question_from(item: Item) -> Question:
    return Question(
        question_id=item["question_id"],
        text=item["text"],
        documents=tuple(item["documents"]),
        asked_at=from_iso(item["asked_at"]),
    )
