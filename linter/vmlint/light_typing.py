"""What vmlint needs of typing while it runs, made in a fraction of the time; imports nothing of ours.

To load typing takes a twentieth of a short run. Its NamedTuple then compiles every annotation, to see that it is a
type, which mypy sees to here: for the forty such classes that are in every run it was a tenth.
"""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414  # for others to import
    from typing import Protocol as Protocol  # noqa: PLC0414  # likewise
    from typing import cast as cast  # noqa: PLC0414  # likewise
else:
    Protocol = object

    def cast(_: object, value: Any) -> Any:
        """The value, which mypy takes to be of a type."""
        return value

    class _Maker(type):
        """Makes each class below NamedTuple a namedtuple of what is annotated in it, with its methods and defaults."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.pop("__annotations__", ()))
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])  # this is it
            for own, value in body.items():
                if own != "__module__":
                    setattr(made, own, value)
            return made

    class NamedTuple(metaclass=_Maker):
        """As typing has it."""
