"""Every text a format reads is tied to the bytes it was written as: in both directions, in every quoting and encoding."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from vmlint.fixer import apply
from vmlint.formats import argv, shell, xml
from vmlint.formats.xml_node import XmlNode
from vmlint.formats.xml_template import TEMPLATE
from vmlint.model import Document, Node
from vmlint.qemu.commandline import CommandNode, OptionNode
from vmlint.source import OPAQUE, Edit, Value

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Chunk = tuple[str, str]
"""Characters as they stand in a file, and what they mean."""


def nodes(document: Document) -> Iterator[Node]:
    stack = list(reversed(document.roots))
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def check_edits(data: bytes, value: Value, edits: tuple[Edit, ...]) -> bytes:
    """The file after some edits, which must be in order, apart, and inside the value."""
    start, end = value.pieces[0].start, value.pieces[-1].end
    assert all(start <= edit.start <= edit.end <= end for edit in edits)
    assert all(first.end <= second.start for first, second in pairwise(edits))
    return apply(data, edits)


def check_spans(value: Value) -> None:
    """Characters stand one after another, and a range from the start of its first to the end of its last."""
    singles = [value.span(at, at + 1) for at in range(len(value.text))]
    assert all(first.end <= second.start for first, second in pairwise(singles))
    for low, first in enumerate(singles):
        for high, last in enumerate(singles[low:], low + 1):
            assert value.span(low, high) == (first.start, last.end)


# XML


class Encoding(NamedTuple):
    codec: str
    declared: str
    bom: bytes = b""

    @property
    def declaration(self) -> str:
        return f'<?xml version="1.0" encoding="{self.declared}"?>\n' if self.declared else ""

    def holds(self, char: str) -> bool:
        return char.encode(self.codec, "replace").decode(self.codec) == char


ENCODINGS = [
    Encoding("utf-8", ""),
    Encoding("utf-8", "UTF-8"),
    Encoding("utf-8", "", b"\xef\xbb\xbf"),
    Encoding("utf-16-le", "UTF-16", b"\xff\xfe"),
    Encoding("utf-16-be", "UTF-16", b"\xfe\xff"),
    Encoding("iso8859-1", "ISO-8859-1"),
    Encoding("cp1252", "windows-1252"),
    Encoding("shift_jis", "Shift_JIS"),
    Encoding("ascii", "US-ASCII"),
]

PLAIN = st.sampled_from([*"abc,=/- ])", "é", "€", "あ", "\U0001f600", "\u2028", "\ufeff", "\x85"])
REFERENCES: list[Chunk] = [
    *(("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&#x2c;", ","), ("&#44;", ",")),
    *(("&#x0002C;", ","), ("&#128512;", "\U0001f600"), ("&#13;", "\r"), ("&#10;", "\n"), ("&#9;", "\t")),
]
TEMPLATES: list[Chunk] = [("{{ a }}", OPAQUE), ("{{ a.b('é') }}", OPAQUE), ("${X}", OPAQUE), ("@Y@", OPAQUE)]
NEW = st.text(st.sampled_from([*"ab,&<>'\"]=/ \t\n\r;#", "é", "€", "あ", "\U0001f600"]), max_size=5)


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


def xml_values(document: Document) -> list[Value]:
    found = []
    for node in nodes(document):
        if isinstance(node, XmlNode):
            found += [value for name in node.element.attrib if (value := node.value(str(name)))]
            found.append(node.text)
        else:
            found += [value for name in ("name", "value") if (value := node.value(name))]
            found += node.words if isinstance(node, CommandNode) else []
    return found


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


def check_replaced(data: bytes, document: Document, value: Value, edits: tuple[Edit, ...], expected: str) -> None:
    before = [expected if other.span() == value.span() else other.text for other in xml_values(document)]
    after = xml.parse("x.xml", check_edits(data, value, edits))
    assert not after.problems
    assert [other.text for other in xml_values(after)] == before


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


def test_an_environment_variable_without_a_value() -> None:
    data = b"""<domain type='kvm' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>
    <q:commandline><q:env name='A'/></q:commandline></domain>"""
    command = xml.parse("x.xml", data).roots[1]
    (variable,) = command.children
    value = variable.value("value")
    assert value is not None
    assert (value.text, value.replace(0, 0, "x")) == ("", ())
    assert data[slice(*command.name_span)] == data[slice(*command.span)] == command.text.text.encode() == b"A"


# Shell and command lines as typed

QUOTED_NEW = st.text(st.sampled_from([*"ab,=$\"'`\\!{}~#*", "é", "\U0001f600"]), max_size=4)


def quoting(template: str, inside: st.SearchStrategy[Chunk]) -> st.SearchStrategy[Chunk]:
    def join(chunks: list[Chunk]) -> Chunk:
        return template.format("".join(written for written, _ in chunks)), "".join(meaning for _, meaning in chunks)

    return st.lists(inside, max_size=4).map(join)


def same(alphabet: str) -> st.SearchStrategy[Chunk]:
    return st.sampled_from([(char, char) for char in alphabet])


VARIABLES: st.SearchStrategy[Chunk] = st.sampled_from([("${X}", OPAQUE), ("${X:-a b}", OPAQUE), ("$(id -u)", OPAQUE)])
WORDS: st.SearchStrategy[list[Chunk]] = st.lists(
    st.one_of(
        same("ab,=/.é\U0001f600"),
        st.sampled_from([("\\;", ";"), ("\\'", "'"), ('\\"', '"'), ("\\\\", "\\"), ("\\$", "$"), ("\\a", "a")]),
        st.sampled_from([("\\\n", ""), ("''", ""), ('""', ""), ("$''", "")]),
        quoting("'{}'", same('a,"$\\` #é\U0001f600')),
        quoting('"{}"', same("a,' #é") | VARIABLES | st.sampled_from([("\\$", "$"), ('\\"', '"'), ("\\\n", "")])),
        quoting('"{}"', same("a,") | st.sampled_from([("\\a", "\\a"), ("$,", "$,"), ("\\\\", "\\"), ("\\é", "\\é")])),
        quoting(
            "$'{}'", same('a,"$é') | st.sampled_from([("\\n", "\n"), ("\\'", "'"), ("\\x41", "A"), ("\\q", "\\q")])
        ),
        VARIABLES,
    ),
    min_size=1,
    max_size=6,
)
HEREDOCS = {
    "no heredoc": "{}",
    "quoted heredoc": "cat > é <<'EOF'\n{}\nEOF\n",
    "open heredoc": "cat <<EOF > é\n{}\nEOF\n",
    "two heredocs": "cat <<'ALL'\ncat <<EOF\n{}\nEOF\nALL\n",
}


def in_heredoc(kind: str, script: str) -> str:
    if kind in ("open heredoc", "two heredocs"):
        script = re.sub(r"([\\$`])", r"\\\1", script)
    return "# é\n" + HEREDOCS[kind].replace("{}", script)


def word_values(data: bytes) -> list[Value]:
    document = shell.parse("x.sh", data)
    assert not document.problems
    (command,) = document.roots
    assert isinstance(command, CommandNode)
    return list(command.words)


@SLOW
@given(st.sampled_from(sorted(HEREDOCS)), WORDS, st.integers(0, 20), st.integers(0, 20), QUOTED_NEW)
@example("no heredoc", [('"\\a"', "\\a")], 1, 2, '"')
@example("open heredoc", [('"$,"', "$,")], 1, 2, "x")
def test_shell_words(kind: str, chunks: list[Chunk], low: int, high: int, new: str) -> None:
    script = f"A=1 qemu-system-x86_64 -x -{''.join(written for written, _ in chunks)} 'la st' # end\n"
    data = in_heredoc(kind, script).encode()
    values = word_values(data)
    expected = "-" + "".join(meaning for _, meaning in chunks)
    assert [value.text for value in values] == ["-x", expected, "la st"]
    value = values[1]
    check_spans(value)
    low, high = sorted((min(low, len(value.text)), min(high, len(value.text))))
    assume("\\" not in new or "$'" not in script)  # the grammar takes \\\\$'' for an open quote
    edits = value.replace(low, high, new)
    raw = any(special in meaning for written, meaning in chunks for special in ("\\a", "$,", "\\é", "\\q", "'"))
    assert edits or raw or set(new) & set("'\n") or (low, high) == (0, len(value.text))
    if edits:
        after = word_values(check_edits(data, value, edits))
        assert [other.text for other in after] == ["-x", expected[:low] + new + expected[high:], "la st"]


def test_no_edit_makes_a_word_vanish() -> None:
    value = word_values(b"qemu-system-x86_64 -x abc -y")[1]
    assert value.replace(0, 3, "") == ()
    assert value.replace(0, 3, " ")


@pytest.mark.parametrize("new", ["\0", "\ud800", OPAQUE])
@pytest.mark.parametrize("word", ["a", "'a'", '"a"', "$'a'"])
def test_a_word_cannot_hold_every_character(word: str, new: str) -> None:
    (value,) = word_values(b"qemu-system-x86_64 " + word.encode())
    assert value.replace(0, 1, new) == ()


@SLOW
@given(st.lists(st.text(st.sampled_from([*"ab,'\"\\$ \n\t~#{}", "é", "\U0001f600", "\udcff"])), max_size=4), st.data())
def test_command_lines_as_typed(words: list[str], data: st.DataObject) -> None:
    line = argv.join(["qemu-system-x86_64", *words])
    command = argv.parse("argv", line).roots[0]
    assert isinstance(command, CommandNode)
    assert [value.text for value in command.words] == words
    assume(words)
    which = data.draw(st.integers(0, len(words) - 1))
    value = command.words[which]
    check_spans(value)
    low, high = sorted(data.draw(st.tuples(st.integers(0, len(value.text)), st.integers(0, len(value.text)))))
    new = data.draw(QUOTED_NEW)
    edits = value.replace(low, high, new)
    assert edits or "'" in new or "\\" in new or (low, high) == (0, len(value.text))
    if edits:
        words[which] = value.text[:low] + new + value.text[high:]
        changed = argv.parse("argv", check_edits(line, value, edits)).roots[0]
        assert isinstance(changed, CommandNode)
        assert [other.text for other in changed.words] == words


# Parameters of options: the same, with doubled commas on top

PARAMETER = st.text(st.sampled_from([*"ab,,=/", "é"]), max_size=6)
TOGETHER = ("{}", "'{}'", '"{}"')


@SLOW
@given(st.lists(PARAMETER, min_size=2, max_size=3), st.sampled_from(TOGETHER), st.data())
def test_parameters(texts: list[str], quotes: str, data: st.DataObject) -> None:
    keys = ["backend", "path", "host"][: len(texts)]
    pairs = [f"{key}={text.replace(',', ',,')}" for key, text in zip(keys, texts, strict=True)]
    script = f"qemu-system-x86_64 -chardev {quotes.format(','.join(pairs) + ',nowait')}\n".encode()
    (which,) = data.draw(st.sets(st.integers(0, len(texts) - 1), min_size=1, max_size=1))
    value = parameter(script, keys[which])
    assert value.text == texts[which]
    check_spans(value)
    low, high = sorted(data.draw(st.tuples(st.integers(0, len(value.text)), st.integers(0, len(value.text)))))
    new = data.draw(PARAMETER)
    edits = value.replace(low, high, new)
    assert edits
    after = check_edits(script, value, edits)
    texts[which] = value.text[:low] + new + value.text[high:]
    assert [parameter(after, key).text for key in (*keys, "wait")] == [*texts, "off"]


def parameter(script: bytes, key: str) -> Value:
    (command,) = shell.parse("x.sh", script).roots
    (option,) = command.children
    assert isinstance(option, OptionNode)
    value = option.value(key)
    assert value is not None
    return value


@pytest.mark.parametrize(
    ("argument", "key", "new", "expected"),
    [
        ("socket,path=a,,b", "path", "a,b", "socket,path=a,,b"),
        ("so,,cket,path=a", "backend", "x,y", "x,,y,path=a"),
        ("socket,nowait", "wait", "on", "socket,wait=on"),
        ("socket,'server',id=x", "server", "off", "socket,'server=off',id=x"),
        ("socket,ser'v'er,id=x", "server", "off", None),  # the flag lies across quotes
        ("socket,path=a','\",\"b", "path", "x", None),  # two commas that mean one lie in different quotes
    ],
)
def test_parameters_in_odd_places(argument: str, key: str, new: str, expected: str | None) -> None:
    script = f"qemu-system-x86_64 -chardev {argument}\n".encode()
    value = parameter(script, key)
    edits = value.replace(0, len(value.text), new)
    wanted = () if expected is None else f"qemu-system-x86_64 -chardev {expected}\n".encode()
    assert (apply(script, edits) if edits else ()) == wanted


def test_half_a_comma_across_quotes_is_left_alone() -> None:
    value = parameter(b"qemu-system-x86_64 -chardev socket,path=a','\",\"b\n", "path")
    assert value.text == "a,b"
    assert value.replace(1, 2, "x") == ()
