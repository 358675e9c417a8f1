"""The one tree that XML and QEMU command lines are both read into."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from .light_typing import TYPE_CHECKING
from .source import Edit, Span, Value

if TYPE_CHECKING:
    from lxml.etree import _Element


class Node:
    """An XML element, a QEMU command line (`qemu`) or one of its options (`-device`): one tree for all rules.

    Formats subclass it; rules and checks use only what stands here.
    """

    name: str
    parent: Node | None
    element: _Element
    """What lxml read; only nodes of XML have it."""

    @property
    def children(self) -> Sequence[Node]:
        """Nodes directly below, in the order of the file."""
        raise NotImplementedError

    def value(self, name: str) -> Value | None:
        """The attribute (XML) or parameter (QEMU option, the last of that name wins) called `name`."""
        raise NotImplementedError

    def plain(self, name: str) -> str | None:
        """The text of an attribute or parameter, or of the node itself (``), for a quick look: `value` and `text` tell
        what of it a template fills in."""
        value = self.value(name) if name else self.text
        return None if value is None else value.text

    @property
    def text(self) -> Value:
        """Character data of an XML element, the whole argument of a QEMU option."""
        raise NotImplementedError

    @property
    def span(self) -> Span:
        """Bytes of the whole node."""
        raise NotImplementedError

    @property
    def name_span(self) -> Span:
        """Bytes of the name: what to underline when the node as a whole is meant."""
        raise NotImplementedError

    @property
    def has_template_parts(self) -> bool:
        """Whether parts of a template stand among the children: more of them, or fewer, may be meant."""
        return False

    @property
    def takes_more(self) -> bool:
        """Whether a variable adds to a command line what is not read."""
        return False

    @property
    def attribute_names(self) -> Sequence[str]:
        """Names of the attributes of an XML element, `{namespace}name` for those that have one."""
        return ()

    def attribute_name(self, name: str) -> Value:
        """The name of an attribute that is there, as a text in the file."""
        raise NotImplementedError

    def read_as(self, attribute: str | None, meant: str) -> None:
        """From now on, read an attribute (None: this XML element itself) as if its name were `meant`, if that is given,
        and its value (None, ``: the text) as not known. What is in the file, and where, stays as it is."""
        raise NotImplementedError

    def expect_more(self, tags: Collection[str]) -> None:
        """From now on, take all elements of these names in this document as if a template added to them."""
        raise NotImplementedError

    @property
    def is_of_template(self) -> bool:
        """Whether the document is a template: not all that stands in it is there once filled in."""
        return False

    def of(self, element: _Element) -> Node:
        """The node of another element of the same XML document."""
        raise NotImplementedError

    def child(self, name: str) -> Node | None:
        """The first child called `name`."""
        return next((child for child in self.children if child.name == name), None)

    def below(self, path: str) -> Node | None:
        """The node at a path such as `source/address`, this node itself if it is empty."""
        return self._down(_steps(path)[0])

    def _down(self, names: Sequence[str]) -> Node | None:
        node: Node | None = self
        for name in names:
            if node is None:
                break
            node = node.child(name)
        return node

    def get(self, path: str) -> Value | None:
        """The value at a path such as `@type` or `source/address@bus`; `description` is the text of that element."""
        names, attribute = _steps(path)
        node = self._down(names)
        if node is None:
            return None
        return node.value(attribute) if attribute else node.text

    def all(self) -> Iterator[Node]:
        """This node and all below."""
        stack: list[Node] = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(node.children)

    def walk(self, wanted: frozenset[str]) -> Iterator[tuple[str, Node]]:
        """This node and those below whose path (`domain/devices/disk`) is wanted; `X/*` wants all children of X."""
        stack: list[tuple[str, Node]] = [(self.name, self)]
        while stack:
            path, node = stack.pop()
            if path in wanted:
                yield path, node
            anything = f"{path}/*"
            if anything in wanted:
                yield from ((anything, child) for child in node.children)
            stack.extend((f"{path}/{child.name}", child) for child in reversed(node.children))

    def set_value(self, name: str, text: str) -> tuple[Edit, ...]:
        """Edits that give the attribute `name` the value `text`, adding it if absent; empty if not possible."""
        raise NotImplementedError

    def rename(self, name: str) -> tuple[Edit, ...]:
        """Edits that give an XML element another name, in both its tags; empty if not possible."""
        raise NotImplementedError

    def insert_before(self, markup: str) -> tuple[Edit, ...]:
        """Edits that put markup before this node, on a line of its own if this node has one; empty if not possible."""
        raise NotImplementedError

    def drop(self) -> tuple[Edit, ...]:
        """Edits that take out this node, with its line if it has one; empty if not possible or if it holds more."""
        return ()

    def drop_value(self, name: str) -> tuple[Edit, ...]:
        """Edits that take out the attribute `name`; empty if not possible."""
        return ()


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[tuple[str, ...], str]:
    """The names of elements in a path, and that of the attribute at its end, '' where there is none."""
    elements, _, attribute = path.partition("@")
    return tuple(filter(None, elements.split("/"))), attribute
