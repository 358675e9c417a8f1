"""Which XML is libvirt's, and what is found in it."""

from __future__ import annotations

import pytest

from vmlint.formats import xml
from vmlint.model import Document
from vmlint.qemu.commandline import CommandNode

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
