"""XML that cannot be read, or was made to take long; and templates."""

from __future__ import annotations

import pytest

from tests.counting import CALLS_A_BYTE, counted_calls
from tests.test_xml import DOMAIN, parse, problems, roots
from vmlint.formats import xml
from vmlint.qemu.commandline import CommandNode
from vmlint.source import OPAQUE

BOMB = "<!DOCTYPE domain [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {chr(ord(name) + 1)} '{f'&{name};' * 10}'>" for name in "abcdefgh"
)


@pytest.mark.parametrize("start", ["", "\n<!-- c -->\n", "<?xml version='1.0'?>\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_document_type_is_not_read(start: str, encoding: str) -> None:
    text = f"{start}{BOMB}]>\n<domain type='kvm'><name>&i;</name></domain>"
    document = parse(text.encode(encoding))
    assert document.roots == ()
    ((rule, span, _),) = document.problems
    assert (rule, document.source.decode(*span)) == ("xml-doctype", "<!DOCTYPE")


def test_entities_are_never_read() -> None:
    text = DOMAIN.format("&a;")
    assert problems(text) == [("syntax-error", text.index("&a;") + len("&a;"))]
    several = f"{DOMAIN.format('a')}<!DOCTYPE domain [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>{text}"
    document = parse(several)
    assert [name.text for root in document.roots if (name := root.get("name"))] == ["a"]
    assert [problem.rule for problem in document.problems] == ["syntax-error"]


@pytest.mark.parametrize(
    ("data", "at"),
    [
        (b"<?xml version='1.0' encoding='utf-7'?>\n<domain type='kvm'/>", b"utf-7"),
        (b"<?xml version='1.0' encoding='UTF-16'?>\n<domain type='kvm'/>", b"UTF-16"),
        (b"<?xml version='1.0' encoding='cp037'?>\n<domain type='kvm'/>", b"cp037"),
        (b"<?xml version='1.0' encoding='base64'?>\n<domain type='kvm'/>", b"base64"),
        (b"<?xml version='1.0' encoding='nonsense'?>\n<domain type='kvm'/>", b"nonsense"),
        (b"<?xml version='1.0' encoding='windows-1252'?>\n<domain type='\x81'/>", b"\x81"),
        (b"<?xml version='1.0' encoding='us-ascii'?>\n<domain type='kvm' a='\xe9'/>", b"\xe9"),
        (b"<?xml version='1.0' encoding='shift_jis'?>\n<domain type='kvm' a='\xff'/>", b"\xff"),
    ],
)
def test_encodings_that_cannot_be_read(data: bytes, at: bytes) -> None:
    assert problems(data) == [("syntax-error", data.index(at))]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<domain type='kvm'>",
            "<domain type='kvm'",
            "<domain type='kvm",
            "<domain",
            "<",
            "<domain type='kvm'><name>a<",
            "",
        ),
        *(
            "<domain type='kvm'></domain",
            "<domain type='kvm'><!-- </domain>",
            "<domain><![CDATA[ </domain>",
            "<domain a=b/>",
        ),
        *(
            "<domain a='1' a='2'/>",
            "<domain><a></b></domain>",
            "<domain>&</domain>",
            "<domain>]]></domain>",
            "<domain/>x",
        ),
        *(
            "<domain>\0</domain>",
            "<domain a='<'/>",
            "<a><?p <b/></a>",
            "text",
            "<domain/><",
        ),
    ],
)
def test_malformed_documents_are_told_with_a_place(text: str) -> None:
    ((rule, start),) = problems(text)
    assert rule == "syntax-error"
    assert 0 <= start <= len(text)


def test_each_prefix_of_a_file_is_read_without_raising() -> None:
    text = "<?xml version='1.0'?>\r\n<!-- é --><domain type='kvm' a=\"&amp;\"><![CDATA[x]]><?p?><b/>é{{ x }}</domain>\n{% end %}"
    for length in range(len(text) - len("\n{% end %}")):
        assert parse(text[:length]).problems
    assert not parse(text).problems


@pytest.mark.parametrize("rest", ["", "{% endfor %}", "{{ b }}"])
def test_templates(rest: str) -> None:
    text = f"{{% for a in b %}}\n<domain type='kvm'><name>{{{{ a }}}}</name></domain>\n{rest}"
    assert roots(text) == [("domain", "\ufffc")]
    assert problems(f"<domain type='kvm'><a{{% if b %}}/{{% endif %}}></domain>{rest}")[0][0] == "template-not-read"


HOSTILE = {
    "deep": b"<domain>" + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</domain>",
    "deep and open": b"<domain>" + b"<a>" * 100_000,
    "huge attribute": b"<domain type='kvm' a='" + b"x" * 20_000_000 + b"'/>",
    "huge text": b"<domain type='kvm'>" + b"x" * 20_000_000 + b"</domain>",
    "binary": bytes(range(256)) * 5_000,
    "binary domain": b"<domain type='kvm'>" + bytes(range(256)) * 5_000 + b"</domain>",
    "brackets": b"<domain " + b"<" * 500_000,
    "quotes": b"<domain " + b"'\"" * 500_000,
    "many documents": b"<domain type='kvm'/>" * 10_000 + b"<",
    "many wrong documents": b"<domain type='kvm'><a></domain></a>" * 3_000,
    "comments": b"<!--" * 200_000 + b"<domain/>",
    "closed comments": b"<!---->" * 100_000 + b"<domain",
    "instructions": b"<?a" * 200_000,
    "templates": b"{{" * 200_000 + b"<domain/>",
    "declarations": b"<!DOCTYPE a [" + b"]   " * 100_000,
    "blanks": b" " * 2_000_000 + b"<domain/",
    "opened templates": b"<domain type='kvm'><name>" + b"{{" * 100_000 + b"${" * 100_000 + b"</name></domain>",
    "end tags": b"</domain>" * 100_000,
    "half UTF-16": "<domain type='kvm'/>".encode("utf-16") + b"<",
    "UTF-16 surrogates": b"\xff\xfe" + "<domain type='kvm'>".encode("utf-16-le") + b"\x00\xd8" * 1000,
    "wrong UTF-8": b"<domain type='kvm'>" + b"\xff\xc3" * 100_000 + b"</domain>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_take_bounded_work(name: str) -> None:
    data = HOSTILE[name]
    with counted_calls() as calls:
        xml.claims("x.xml", data[:1_000_000])
        document = parse(data)
    assert document.problems or name in ("templates", "opened templates", "huge attribute", "huge text", "deep")
    for root in document.roots:
        assert 0 <= root.name_span.start < root.span.end <= len(data)
        assert root.text.span().end <= len(data)
    assert all(0 <= problem.span.start <= problem.span.end <= len(data) for problem in document.problems)
    assert calls.count <= CALLS_A_BYTE * len(data) + 1000


TEMPLATE = """{{% for vm in vms %}}
<domain type='kvm'{{% if a < b %}} id='1'{{% endif %}} xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>{name}</name>
  <vcpu <%= cpuset ? "cpuset='1'" : "" %>>2</vcpu>
  <devices>{{%- if x > 1 -%}}<interface type='{{{{ t["x"] }}}}'/>{{%- endif -%}}</devices>
  <qemu:commandline><qemu:arg value='-serial'/><qemu:arg value='tcp:{{{{ ip["é"] }}}}:1,server'/></qemu:commandline>
</domain>
{{% endfor %}}
"""


@pytest.mark.parametrize("name", ["{{ vm.name }}", '{{ vm["name"] | d("<") }}', "<%= vm %>", "é{# a < b #}"])
def test_control_tags_of_a_template_between_elements_and_in_tags(name: str) -> None:
    data = TEMPLATE.format(name=name).encode()
    document = xml.parse("x.xml.j2", data)
    assert not document.problems
    command = next(root for root in document.roots if isinstance(root, CommandNode))
    span = command.words[1].span(len(f"tcp:{OPAQUE}:1,"), len(f"tcp:{OPAQUE}:1,server"))
    assert command.words[1].text == f"tcp:{OPAQUE}:1,server"
    assert data[span.start : span.end] == b"server"


def test_a_template_that_cannot_be_read_is_told_once() -> None:
    text = "{% if a %}<domain type='kvm'>{% else %}<domain type='qemu'>{% endif %}<name>x</name></domain>" * 3
    assert [rule for rule, _ in problems(text)] == ["template-not-read"]
