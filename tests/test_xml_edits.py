"""Attributes set and elements inserted in XML: indentation, line ends and encoding stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.values import NEW, SLOW, check_replaced, check_spans, nodes, xml_values
from tests.xml_encodings import ENCODINGS, Encoding
from vmlint.fixer import apply
from vmlint.formats import xml
from vmlint.model import Document, Node
from vmlint.source import Edit

TEAM = """<domain type="kvm">
  <devices>
    <interface type='network' ><source\tnetwork = "a"  /></interface>
    <interface
       type='hostdev'/>
    <serial/>
  </devices>
</domain>"""


@SLOW
@given(
    st.sampled_from(ENCODINGS),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "/devices", "/devices/interface", "/devices/interface/source", "/devices/serial"]),
    st.sampled_from(["type", "network", "new"]),
    NEW,
)
def test_set_value(encoding: Encoding, newline: str, path: str, name: str, text: str) -> None:
    data = encoding.bom + (encoding.declaration + TEAM).replace("\n", newline).encode(encoding.codec)
    document = xml.parse("x.xml", data)
    node = at_path(document, path)
    edits = node.set_value(name, text)
    after = xml.parse("x.xml", apply(data, edits))
    changed = at_path(after, path)
    value = changed.value(name)
    assert value is not None
    assert value.text == text
    assert all(node.span.start < edit.start <= edit.end < node.span.end for edit in edits)
    known = {"type", "network", "new"} - {name}
    assert [node.value(key) and key for key in known] == [changed.value(key) and key for key in known]
    assert len(list(nodes(after))) == len(list(nodes(document)))


def at_path(document: Document, path: str) -> Node:
    root = document.roots[0]  # whose name depends on its type
    return next(node for _, node in root.walk(frozenset([root.name + path])))


def test_set_value_leaves_a_template_alone() -> None:
    (domain,) = xml.parse("x.xml", b"<domain type='{{ type }}' id='a'/>").roots
    assert domain.set_value("type", "kvm") == ()
    assert domain.set_value("id", "b") == (Edit(30, 31, b"b"),)


def inserted(data: bytes, path: str) -> bytes:
    document = xml.parse("x.xml", data)
    _, node = next(document.roots[0].walk(frozenset([path])))
    return apply(data, node.insert_before("<model type='é'/>"))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_insert_before_keeps_indentation_and_line_ends(encoding: Encoding, newline: str) -> None:
    def whole(text: str) -> bytes:
        return encoding.bom + (encoding.declaration + text).replace("\n", newline).encode(encoding.codec)

    model = "<model type='é'/>" if encoding.holds("é") else "<model type='&#233;'/>"
    after = whole(TEAM.replace("    <serial/>", f"    {model}\n    <serial/>"))
    assert inserted(whole(TEAM), "domain/devices/serial") == after
    after = whole(TEAM.replace("<source", f"{model}<source"))
    assert inserted(whole(TEAM), "domain/devices/interface/source") == after


def test_nothing_can_stand_before_the_root() -> None:
    assert xml.parse("x.xml", b"\n<domain type='kvm'/>").roots[0].insert_before("<a/>") == ()


SEVERAL = """<?xml version='1.0'?>
<domain type='kvm'><name>é1</name></domain>
text between: é
<?xml version='1.0'?>
<!-- <domain> --><domain type='kvm' id="&amp;"><name>\U0001f600</name>
<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>
<q:arg value='-serial'/><q:arg value='tcp::1,server'/><q:env name='A' value='B'/></q:commandline></domain>
<network><name>n</name></network>
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ENCODINGS[:1] + ENCODINGS[2:5])
def test_several_documents_in_one_file(encoding: Encoding, newline: str) -> None:
    data = encoding.bom + SEVERAL.replace("\n", newline).encode(encoding.codec)
    document = xml.parse("x.xml", data)
    assert [root.name for root in document.roots] == ["domain", "domain", "qemu", "network"]
    values = xml_values(document)
    assert "tcp::1,server" in [value.text for value in values]
    for value in values:
        check_spans(value)
        if value.text.isalnum():
            assert data[slice(*value.span())].decode(encoding.codec) == value.text
        if value.text.strip():
            check_replaced(data, document, value, value.replace(0, len(value.text), "new & é"), "new & é")
