"""Words of a command line -> the tree that rules walk: a `qemu` node with a node for each option."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from ..model import Node
from ..source import OPAQUE, Edit, Span, Value
from .arguments import read_argument
from .options import options
from .optstring import Param
from .paramvalues import param_value
from .properties import Known, known_parameters

PROGRAM = re.compile(r"(?:[^-=][^=]*/|/)?(?:qemu-system-[\w-]+|qemu-kvm|kvm|kvm-spice|qemu)(?:\.exe)?")


def is_qemu_program(word: str) -> bool:
    """Whether a word names a QEMU system emulator: its path ends in `qemu-system-x86_64`, `qemu-kvm`, `kvm`, `qemu`."""
    return PROGRAM.fullmatch(word) is not None and not word.endswith("/dev/kvm")


class _Leaf(Node):
    """A node without children."""

    @property
    def children(self) -> Sequence[Node]:
        return ()

    def set_value(self, name: str, text: str) -> tuple[Edit, ...]:
        return ()

    def insert_before(self, markup: str) -> tuple[Edit, ...]:
        return ()


class OptionNode(_Leaf):
    """`-chardev socket,id=c,…`: named `-chardev` however it was written (`--chardev`).

    `option`: what is known of it; `kind`: that of its socket (`tcp`, `unix`) in the older character device syntax.
    """

    def __init__(self, parent: Node, name: str, word: Value, argument: Value | None) -> None:
        self.parent = parent
        self.name = name
        self.word = word
        self.argument = argument
        self.option, self.kind, self.params = read_argument(name[1:], argument.text if argument else "")

    @cached_property
    def known(self) -> Known:
        """What is known of the parameters it may have."""
        return known_parameters(self.option, self.text.text, self.params)

    def value(self, name: str) -> Value | None:
        """The parameter as QEMU sees it; a flag's is `on` or `off`, stands where the flag does and is written out."""
        found = next((param for param in reversed(self.params) if param.key == name), None)
        return None if found is None or self.argument is None else param_value(self.argument, found)

    def place(self, param: Param) -> Value:
        """Where a parameter stands, as it is written."""
        return self.text.pick((param.start, param.end))

    def remove(self, param: Param) -> tuple[Edit, ...]:
        """Edits that take a parameter out, with the comma before it, or after it if it is the first."""
        if self.argument is None:
            return ()
        if param.start:
            return self.argument.replace(param.start - 1, param.end, "")
        return self.argument.replace(param.start, min(param.end + 1, len(self.argument.text)), "")

    @property
    def text(self) -> Value:
        return self.argument or self.word

    @property
    def span(self) -> Span:
        return Span(self.word.span().start, self.text.span().end)

    @property
    def name_span(self) -> Span:
        return self.word.span()


class EnvNode(_Leaf):
    """An environment variable set for the command: `env` with the values `name` and `value`."""

    name = "env"

    def __init__(self, parent: Node, name: Value, value: Value) -> None:
        self.parent = parent
        self._values = {"name": name, "value": value}

    def value(self, name: str) -> Value | None:
        return self._values.get(name)

    @property
    def text(self) -> Value:
        return self._values["value"]

    @property
    def span(self) -> Span:
        return Span(self.name_span.start, self.text.span().end)

    @property
    def name_span(self) -> Span:
        return self._values["name"].span()


class CommandNode(_Leaf):
    """A QEMU command line. `program` is None where only options are given (`qemu:commandline`, an array)."""

    name = "qemu"

    def __init__(
        self,
        words: Sequence[Value],
        program: Value | None = None,
        env: Iterable[tuple[Value, Value]] = (),
        parent: Node | None = None,
    ) -> None:
        self.parent = parent
        self.program = program
        self.words = words
        self.is_told: Callable[[Value], bool] = lambda word: False
        """Whether what a variable stands for is read elsewhere in the file."""
        variables = list(env)
        self._first_variable = variables[0][0] if variables else Value("", ())
        self._children: list[Node] = [EnvNode(self, name, value) for name, value in variables]
        self._children.extend(_options(self, words))

    @property
    def children(self) -> Sequence[Node]:
        return self._children

    @property
    def takes_more(self) -> bool:
        """Whether a variable stands where options do, and what it adds to the command is not read elsewhere."""
        options = [child for child in self._children if isinstance(child, OptionNode)]
        read = {id(value) for option in options for value in (option.word, option.argument)}
        return any(word.text == OPAQUE and id(word) not in read and not self.is_told(word) for word in self.words)

    def value(self, name: str) -> Value | None:
        return None

    @cached_property
    def options(self) -> Mapping[str, Sequence[OptionNode]]:
        """Its options by their names, those of one name in their order."""
        found: dict[str, list[OptionNode]] = {}
        for child in self._children:
            if isinstance(child, OptionNode):
                found.setdefault(child.name, []).append(child)
        return found

    def named(self, *names: str) -> list[OptionNode]:
        """Its options that have one of some names, in the order of the names."""
        return [option for name in names for option in self.options.get(name, ())]

    @cached_property
    def ranks(self) -> Mapping[OptionNode, int]:
        """How many options of the same name stand before each."""
        return {option: at for several in self.options.values() for at, option in enumerate(several)}

    @cached_property
    def has_loose_words(self) -> bool:
        """Whether options may stand in words that are not to be seen."""
        taken = {id(option.argument) for several in self.options.values() for option in several}
        return any(word.opaque and id(word) not in taken for word in self.words)

    @property
    def text(self) -> Value:
        return self.program or next(iter(self.words), self._first_variable)

    @property
    def span(self) -> Span:
        return Span(self.text.span().start, (self.words or [self.text])[-1].span().end)

    @property
    def name_span(self) -> Span:
        return self.text.span()


def _options(command: Node, words: Sequence[Value]) -> Iterable[OptionNode]:
    """Split words as QEMU's main() does: an option, its argument if it takes one; a bare word is a disk image."""
    table = options()
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if not word.text.startswith("-") or len(word.text) == 1 or OPAQUE in word.text:
            continue
        name = word.text[2:] if word.text.startswith("--") else word.text[1:]
        takes = table.takes_argument(name)
        following = words[at] if at < len(words) else None
        if takes is None:  # not known: an argument does not look like an option
            takes = following is not None and not following.text.startswith("-")
        if takes and following is not None:
            at += 1
            yield OptionNode(command, f"-{name}", word, following)
        else:
            yield OptionNode(command, f"-{name}", word, None)
