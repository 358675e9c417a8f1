"""Which XML is libvirt's, what is found in it, and what cannot be read."""

from __future__ import annotations

import pytest

from tests.counting import CALLS_A_BYTE, counted_calls
from vmlint.formats import xml
from vmlint.model import Document
from vmlint.qemu.commandline import CommandNode
from vmlint.source import OPAQUE

DOMAIN = "<domain type='kvm'><name>{}</name></domain>"


def parse(text: str | bytes) -> Document:
    return xml.parse("x.xml", text if isinstance(text, bytes) else text.encode())


def roots(text: str | bytes) -> list[tuple[str, str]]:
    """Kind and name of each domain and network."""
    document = parse(text)
    assert not document.problems
    return [(root.name, name.text if (name := root.get("name")) else "") for root in document.roots]


def problems(data: str | bytes) -> list[tuple[str, int]]:
    return [(problem.rule, problem.span.start) for problem in parse(data).problems]


# What is found


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("kvm", "domain"), ("qemu", "domain"), ("hvf", "domain"), ("{{ type }}", "domain"), ("${TYPE}", "domain")),
        *(("xen", "foreign-domain"), ("lxc", "foreign-domain"), ("bhyve", "foreign-domain"), ("", "foreign-domain")),
    ],
)
def test_kinds_of_domains(kind: str, name: str) -> None:
    assert [root.name for root in parse(f"<domain type='{kind}'/>").roots] == [name]


def test_a_domain_without_type_is_not_read_by_the_qemu_driver() -> None:
    assert [root.name for root in parse("<domain/>").roots] == ["foreign-domain"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<domainsnapshot><name>s</name>{a}</domainsnapshot>", [("domain", "a")]),
        ("<domainsnapshot>{a}<inactiveDomain type='kvm'><name>i</name></inactiveDomain></domainsnapshot>", "ai"),
        ("<domstatus state='running'><monitor/>{a}</domstatus>", "a"),
        ("<domaincheckpoint><x/>{a}</domaincheckpoint>", "a"),
        ("<domainbackup mode='push'/>", ""),
        ("<domainsnapshot><metadata>{a}</metadata></domainsnapshot>", ""),  # not what the snapshot is of
    ],
)
def test_domains_inside_others(text: str, expected: str | list[tuple[str, str]]) -> None:
    wanted = [("domain", name) for name in expected] if isinstance(expected, str) else expected
    assert roots(text.replace("{a}", DOMAIN.format("a"))) == wanted


def test_a_network() -> None:
    assert roots("<?xml version='1.0'?><network><name>n</name><bridge name='b'/></network>") == [("network", "n")]


@pytest.mark.parametrize(
    "between", ["", "\n", "\n<?xml version='1.0'?>\n", "\ntext: a > b & c\n", "\n<!-- <domain> -->\n", "\n---\n"]
)
def test_several_documents(between: str) -> None:
    text = between.join([DOMAIN.format("a"), "<network><name>n</name></network>", DOMAIN.format("b")])
    assert roots(f"<?xml version='1.0'?>\n{text}\n") == [("domain", "a"), ("network", "n"), ("domain", "b")]


def test_of_several_documents_one_may_be_broken() -> None:
    text = f"{DOMAIN.format('a')}\n<domain type='kvm'><name>b</nam></domain>\n{DOMAIN.format('c')}"
    document = parse(text)
    assert [name.text for root in document.roots if (name := root.get("name"))] == ["a", "c"]
    ((rule, start),) = problems(text)
    assert rule == "syntax-error"
    assert text.index("<name>b") < start <= text.index("</nam>") + len("</nam>")


def test_other_elements_beside_a_domain_are_passed_over() -> None:
    assert roots(f"<a/>{DOMAIN.format('a')}<b>{DOMAIN.format('b')}</b>") == [("domain", "a")]


@pytest.mark.parametrize("prefix", ["qemu", "q", "x-y.z"])
def test_the_namespace_of_qemu_under_any_prefix(prefix: str) -> None:
    document = parse(
        f"""<domain type='kvm' xmlns:{prefix}='http://libvirt.org/schemas/domain/qemu/1.0'><name>a</name>
        <{prefix}:commandline><{prefix}:arg value='-serial'/><!-- c --><{prefix}:arg value='tcp::1,server'/>
        <{prefix}:env name='A' value='b'/></{prefix}:commandline></domain>"""
    )
    domain, command = document.roots
    assert isinstance(command, CommandNode)
    assert command.parent == domain
    assert [word.text for word in command.words] == ["-serial", "tcp::1,server"]
    assert [child.name for child in command.children] == ["env", "-serial"]
    assert [child.name for child in domain.children] == ["name", "qemu:commandline"]
    start, end = command.words[1].span(len("tcp::1,"))
    assert document.source.data[start:end] == b"server"


def test_an_undeclared_prefix_or_another_namespace_is_no_command_line() -> None:
    other = "<domain type='kvm' xmlns:q='urn:other'><q:commandline><q:arg value='-S'/></q:commandline></domain>"
    assert [root.name for root in parse(other).roots] == ["domain"]
    assert [root.name for root in parse("<domain type='kvm'><commandline/></domain>").roots] == ["domain"]


def test_walking() -> None:
    (domain,) = parse("<domain type='kvm'><devices><disk/><x><disk/></x><disk a=''/></devices><disk/></domain>").roots
    assert [path for path, _ in domain.walk(frozenset(["domain/devices/disk"]))] == ["domain/devices/disk"] * 2
    wanted = frozenset(["domain", "domain/disk", "network/disk", "domain/devices/x/disk"])
    assert [path for path, _ in domain.walk(wanted)] == ["domain", "domain/devices/x/disk", "domain/disk"]


def test_spans_of_elements() -> None:
    text = "<?xml version='1.0'?>\n<!-- é <x> -->\n<domain type='kvm' a=\"/>\"\n><x\n/><y b='>'>é</y\n></domain>\n"
    document = parse(text)
    (domain,) = document.roots
    one, two = domain.children
    shown = [document.source.decode(*span) for node in (domain, one, two) for span in (node.span, node.name_span)]
    assert shown[:2] == [text[text.index("<domain") :].strip(), "domain"]
    assert shown[2:] == ["<x\n/>", "x", "<y b='>'>é</y\n>", "y"]


# Whose files


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<domain type='kvm'>",
            "<domain>",
            "<network>",
            "<domainsnapshot>",
            "<domstatus state='running'>",
            "<domain/>",
        ),
        *("\n\n  <!-- <a> -->\n<?xml version='1.0'?><domain type='kvm'>",),
        *(
            "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' type='kvm'>",
            "{% set a = '<b>' %}\n<domain>",
        ),
        *("{# <a> #}{{ x }}<domain type='{{ y }}'>", "<!DOCTYPE domain [<!ENTITY a '<b>'>]>\n<domain type='kvm'>"),
        "<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain type='kvm'>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_libvirt_files_are_claimed(text: str, encoding: str) -> None:
    assert xml.claims("x", text.encode(encoding))


@pytest.mark.parametrize(
    "text",
    [
        "<?xml version='1.0'?>\n<project xmlns='http://maven.apache.org/POM/4.0.0'><domain type='kvm'/></project>",
        "<?xml version='1.0'?>\n<domain xmlns='urn:jboss:domain:8.0'><extensions/></domain>",
        "<domain\n\txmlns = 'urn:jboss:domain:8.0'>",
        "<domain:domain xmlns:domain='urn:x'/>",
        "<?xml version='1.0'?>\n<!DOCTYPE profile>\n<profile xmlns='http://www.suse.com/1.0/yast2ns'><domain/></profile>",
        "<!DOCTYPE network SYSTEM 'http://www.matsim.org/files/dtd/network_v2.dtd'>\n<network name='x'><nodes/></network>",
        "# Domains\n\nThe `<domain>` element:\n\n```xml\n<domain type='kvm'>\n```\n",
        "<p>A <domain> here</p>",
        "<domains><domain type='kvm'/></domains>",
        "<networks/>",
        "<!-- <domain type='kvm'/>",
        "<?xml version='1.0'?>",
        "domain type='kvm'",
        "",
    ],
)
def test_files_of_others_are_not_claimed(text: str) -> None:
    assert not xml.claims("x.xml", text.encode())


# What cannot be read

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
