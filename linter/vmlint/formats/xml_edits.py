"""The edits that fixes make to elements of XML. Loaded only where something is found that can be fixed."""

from __future__ import annotations

from ..source import Edit
from .xml_node import XmlNode
from .xml_scan import attribute_encoder, attributes, tag_name


def set_value(node: XmlNode, name: str, text: str) -> tuple[Edit, ...]:
    """As Node.set_value."""
    value = node.value(name)
    if value is not None:
        return () if value.opaque else value.replace(0, len(value.text), text)
    source = node.tree.text
    written = list(attributes(source.text, node.place))
    at = written[-1][2] + 1 if written else tag_name(source.text, node.place)[1]
    quote = source.text[at - 1] if written else "'"
    encode = attribute_encoder(quote, source.source.encoding)
    wrap = source.source.encode
    offset, encoded = source.byte(at), encode(text)
    if encoded is None:
        return ()
    return (Edit(offset, offset, wrap(f" {name}={quote}") + encoded + wrap(quote)),)


def rename(node: XmlNode, name: str) -> tuple[Edit, ...]:
    """As Node.rename."""
    source, place = node.tree.text, node.place
    low, high = tag_name(source.text, place)
    spans = [(low, high)]
    if place.end > place.tag_end:
        at = source.text.rfind("</", low, place.end) + len("</")
        spans.append((at, at + high - low))
    return tuple(Edit(*source.span(*span), source.source.encode(name)) for span in spans)


def insert_before(node: XmlNode, markup: str) -> tuple[Edit, ...]:
    """As Node.insert_before."""
    if node.element is node.tree.root:
        return ()
    source, start = node.tree.text, node.place.start
    line = source.text.rfind("\n", 0, start) + 1
    indent = source.text[line:start]
    if line and not indent.strip():
        newline = "\r\n" if source.text[line - 2 : line] == "\r\n" else "\n"
        markup += newline + indent
    offset = source.byte(start)
    return (Edit(offset, offset, markup.encode(source.source.encoding, "xmlcharrefreplace")),)


def drop(node: XmlNode) -> tuple[Edit, ...]:
    """As Node.drop."""
    source, place = node.tree.text, node.place
    inside = node.element.text or ""
    if (
        node.element is node.tree.root
        or len(node.element)
        or inside.strip()
        or "<!" in source.text[place.tag_end : place.end]
    ):
        return ()
    line, end = source.text.rfind("\n", 0, place.start) + 1, source.text.find("\n", place.end) + 1
    if not end or source.text[line : place.start].strip() or source.text[place.end : end].strip():
        line, end = place.start, place.end
    span = source.span(line, end)
    return (Edit(span.start, span.end, b""),)


def drop_value(node: XmlNode, name: str) -> tuple[Edit, ...]:
    """As Node.drop_value."""
    source, place, name = node.tree.text, node.place, node.written_name(name)
    found = next((low for key, low, _ in attributes(source.text, place) if key == name), None)
    if found is None:
        return ()
    high = source.text.index(source.text[found - 1], found) + 1
    low = source.text.rindex(name, place.start, found)
    while source.text[low - 1].isspace():
        low -= 1
    span = source.span(low, high)
    return (Edit(span.start, span.end, b""),)
