"""What rules across fields say of a file with other errors: each is asked over what can be read."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.domain.faults import Fault, Faults
from shared.domain.fee import AmountText, CurrencyCode

Trail = tuple[str | int, ...]
_AMOUNTS = dict[CurrencyCode, AmountText]


class _Unread(Exception):
    """What is written at this place says nothing that rules could be asked of."""


class Parts:
    """Makes models of what can be read, and keeps in faults what their rules find wrong.

    is_unread says of a path that somebody complained of its value already. A field that cannot be
    read is not there at all: a rule that asks for it ends with AttributeError, and finds nothing.
    """

    def __init__(self, is_unread: Callable[[Trail], bool]) -> None:
        self.faults: list[Fault] = []
        self._is_unread = is_unread

    def read[M: BaseModel](self, model: type[M], data: Any, path: Trail = ()) -> M:
        """Return model with the fields that can be read of data."""
        part = model.model_construct()
        if not isinstance(data, Mapping):
            part.__dict__.clear()
            return part
        for name in [field for field in model.model_fields if field in data]:
            part.__dict__.pop(name, None)
            try:
                part.__dict__[name] = self._value(model, name, data[name], (*path, name))
            except (_Unread, ValidationError):
                continue
        self._ask(part, path)
        return part

    def _value(self, model: type[BaseModel], name: str, written: Any, path: Trail) -> Any:
        """Return a field's value. Raises _Unread or ValidationError."""
        annotation = model.model_fields[name].annotation
        inner = _inner(annotation)
        is_many = get_origin(annotation) is tuple
        if inner is not None and isinstance(written, dict) and not is_many:
            return self.read(inner, written, path)
        if inner is not None and isinstance(written, list) and is_many:
            return tuple(self.read(inner, each, (*path, n)) for n, each in enumerate(written))
        if annotation == _AMOUNTS and isinstance(written, dict):
            texts = {c: text for c, text in written.items() if isinstance(text, str)}
            if texts:
                return texts
        if self._is_unread(path):
            raise _Unread
        return _adapter(model, name).validate_json(json.dumps(written), strict=True)

    def _ask(self, part: BaseModel, path: Trail) -> None:
        for name in type(part).__pydantic_decorators__.model_validators:
            try:
                getattr(part, name)()
            except AttributeError:
                continue
            except Faults as exc:
                self.faults += [((*path, *inner), sentence) for inner, sentence in exc.faults]
            except ValueError as exc:
                self.faults.append((path, str(exc)))


def _inner(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a field holds, one or many of it, or None."""
    kinds = (annotation, *get_args(annotation))
    found = (k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel))
    return next(found, None)


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    field = model.model_fields[name]
    annotation: Any = field.annotation
    return TypeAdapter(Annotated[annotation, *field.metadata] if field.metadata else annotation)
