"""Texts of XML are tied to the bytes they were written as: in both directions, in every encoding."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.values import NEW, SLOW, Chunk, check_replaced, check_spans
from tests.xml_encodings import ENCODINGS, Encoding
from vmlint.fixer import apply
from vmlint.formats import xml
from vmlint.formats.xml_template import TEMPLATE
from vmlint.model import Document
from vmlint.source import OPAQUE, Value

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

PLAIN = st.sampled_from([*"abc,=/- ])", "é", "€", "あ", "\U0001f600", "\u2028", "\ufeff", "\x85"])
REFERENCES: list[Chunk] = [
    *(("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&#x2c;", ","), ("&#44;", ",")),
    *(("&#x0002C;", ","), ("&#128512;", "\U0001f600"), ("&#13;", "\r"), ("&#10;", "\n"), ("&#9;", "\t")),
]
TEMPLATES: list[Chunk] = [("{{ a }}", OPAQUE), ("{{ a.b('é') }}", OPAQUE), ("${X}", OPAQUE), ("@Y@", OPAQUE)]


def attribute_chunks(quote: str) -> st.SearchStrategy[list[Chunk]]:
    space: list[Chunk] = [("\n", " "), ("\t", " "), ("\r\n", " "), (">", ">")]
    other = "'" if quote == '"' else '"'
    return st.lists(
        PLAIN.map(lambda c: (c, c)) | st.sampled_from([*REFERENCES, *space, *TEMPLATES[:1], (other, other)])
    )


TEXT_CHUNKS = st.lists(
    PLAIN.map(lambda c: (c, c))
    | st.sampled_from([*REFERENCES, *TEMPLATES, ("\n", "\n"), ("\r\n", "\n"), ("\t", "\t")])
    | st.sampled_from([("<!-- c & < -->", ""), ("<?p i?>", ""), ("<![CDATA[]]>", "")])
    | st.text(st.sampled_from([*"a<&]\n", "é", "\U0001f600"]), min_size=1, max_size=4).map(
        lambda text: (f"<![CDATA[{text}]]>", text)
    )
)


class Guest(NamedTuple):
    """A file and what its texts are."""

    data: bytes
    texts: list[str]
    encoding: Encoding


@st.composite
def guests(draw: st.DrawFn) -> Guest:
    encoding = draw(st.sampled_from(ENCODINGS))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    one, two, three = (draw(attribute_chunks(quote)) for quote in "'\"'")
    text, last = draw(TEXT_CHUNKS), draw(TEXT_CHUNKS)
    body = [
        *("<domain type='kvm' description='", *one, f"'>{newline}  <name>", *text, f"</name>{newline}"),
        *('  <x a = "', *two, f"\"{newline}     b='", *three, "'/>", "<title>", *last, f"</title>{newline}</domain>"),
    ]
    parts = [part if isinstance(part, str) else part[0] for part in body]
    written = "".join(
        part if part.startswith("<![") and all(map(encoding.holds, part)) else _escaped(part, encoding)
        for part in parts
    )
    declaration = encoding.declaration.replace("\n", newline)
    data = encoding.bom + (declaration + written + newline).encode(encoding.codec)
    return Guest(data, ["".join(meaning for _, meaning in part) for part in (one, text, two, three, last)], encoding)


def _escaped(part: str, encoding: Encoding) -> str:
    """Characters that the encoding lacks as references; the same in CDATA would not be one."""
    inside = "&#{};" if not part.startswith("<![") else "]]>&#{};<![CDATA["
    return "".join(c if encoding.holds(c) else inside.format(ord(c)) for c in part)


def named_values(document: Document) -> list[Value]:
    """The five values whose texts a Guest knows."""
    (domain,) = document.roots
    found = [domain.get(path) for path in ("@description", "name", "x@a", "x@b", "title")]
    assert not document.problems
    return [value for value in found if value is not None]


@SLOW
@given(guests())
def test_xml_texts_and_spans(guest: Guest) -> None:
    values = named_values(xml.parse("x.xml", guest.data))
    assert [value.text for value in values] == [TEMPLATE.sub(OPAQUE, text) for text in guest.texts]
    for value in values:
        check_spans(value)
        for at, char in enumerate(value.text):
            written = guest.data[slice(*value.span(at, at + 1))].decode(guest.encoding.codec)
            if char == OPAQUE:
                assert TEMPLATE.fullmatch(html.unescape(written))
            else:
                assert char in meanings(written)


def meanings(written: str) -> tuple[str, ...]:
    """What a reference or a line end may stand for."""
    if match := re.fullmatch("&#(x?)(.+);", written):
        return (chr(int(match[2], 16 if match[1] else 10)),)
    if written.startswith("&"):
        return (html.unescape(written),)
    return (written, " ", "\n") if written in ("\n", "\t", "\r\n") else (written,)


@SLOW
@given(guests(), st.integers(0, 4), st.integers(0, 30), st.integers(0, 30), NEW)
def test_xml_values_can_be_replaced(guest: Guest, which: int, low: int, high: int, new: str) -> None:
    document = xml.parse("x.xml", guest.data)
    value = named_values(document)[which]
    low, high = sorted((min(low, len(value.text)), min(high, len(value.text))))
    edits = value.replace(low, high, new)
    in_cdata = b"CDATA" in guest.data.replace(b"\0", b"")
    assert edits or (in_cdata and which in (1, 4))
    if edits:
        check_replaced(guest.data, document, value, edits, value.text[:low] + new + value.text[high:])


@pytest.mark.parametrize("new", ["\0", "a\x01", chr(0xD800), chr(0xDC80), "\ufffe", OPAQUE])
def test_xml_cannot_hold_every_character(new: str) -> None:
    (domain,) = xml.parse("x.xml", b"<domain type='kvm' id=''><name>n</name></domain>").roots
    for path in ("@type", "@id", "name"):
        value = domain.get(path)
        assert value is not None
        assert value.replace(0, len(value.text), new) == ()
    assert domain.set_value("type", new) == domain.set_value("other", new) == ()


CDATA = b"<domain type='kvm'><name>a<![CDATA[b<c\r\nd]]>e</name></domain>"


@pytest.mark.parametrize(
    ("low", "high", "new", "expected"),
    [
        (2, 3, "", b"a<![CDATA[bc\r\nd]]>e"),
        (3, 4, "&", b"a<![CDATA[b<&\r\nd]]>e"),
        (4, 5, "", b"a<![CDATA[b<cd]]>e"),
        (0, 3, "x", b"x<![CDATA[c\r\nd]]>e"),
        (5, 7, "x", b"a<![CDATA[b<c\r\nx]]>"),
        (1, 1, "&", b"a&amp;<![CDATA[b<c\r\nd]]>e"),
        (2, 3, "]]>", None),
    ],
)
def test_cdata_is_changed_inside(low: int, high: int, new: str, expected: bytes | None) -> None:
    (domain,) = xml.parse("x.xml", CDATA).roots
    name = domain.get("name")
    assert name is not None
    assert name.text == "ab<c\nde"
    edits = name.replace(low, high, new)
    if expected is None:
        assert edits == ()
    else:
        assert apply(CDATA, edits) == b"<domain type='kvm'><name>" + expected + b"</name></domain>"


def test_an_element_without_end_tag_holds_no_text() -> None:
    data = b"<domain type='kvm'><name/><title></title></domain>"
    (domain,) = xml.parse("x.xml", data).roots
    name, title = domain.get("name"), domain.get("title")
    assert name is not None
    assert title is not None
    assert name.replace(0, 0, "x") == ()
    assert apply(data, title.replace(0, 0, "x")) == data.replace(b"<title>", b"<title>x")


def test_an_environment_variable_without_a_value() -> None:
    data = b"""<domain type='kvm' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>
    <q:commandline><q:env name='A'/></q:commandline></domain>"""
    command = xml.parse("x.xml", data).roots[1]
    (variable,) = command.children
    value = variable.value("value")
    assert value is not None
    assert (value.text, value.replace(0, 0, "x")) == ("", ())
    assert data[slice(*command.name_span)] == data[slice(*command.span)] == command.text.text.encode() == b"A"
