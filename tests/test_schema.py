"""What is said of a mistake that the schemas do not allow: the right one, at its place, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
from lxml import etree

from tests.counting import calls_of
from tests.helpers import ROOT, lint, lint_and_fix, marked, read, vmlint
from vmlint import check_text
from vmlint.catalog import rules
from vmlint.choice import target
from vmlint.engine import Engine

FIXTURES = sorted((Path(__file__).parent / "xml").glob("*.xml"))
SCHEMA_RULES = {name: rule for name, rule in rules().items() if rule.topic == "schema"}
ENGINE = Engine(SCHEMA_RULES, target())
ROOTS = ("domain", "network")
DOMAIN = "<domain type='kvm'>\n  <name>guest</name>\n{}</domain>\n"


def found(body: str, **settings: str) -> list[tuple[str, str]]:
    return [
        entry
        for entry in marked(lint("guest.xml", DOMAIN.format(body).encode(), **settings))
        if entry[0] in SCHEMA_RULES
    ]


def test_every_mistake_of_a_document_is_found_in_one_run() -> None:
    body = """  <memroy unit='GiB'>1</memroy>
  <vcpu placment='static'>2</vcpu>
  <features><acpii/></features>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cahce='none' io='nativ'/>
      <target dev='vda' bus='virtio'/>
    </disk>
  </devices>
"""
    assert found(body) == [
        ("unknown-element", "memroy"),
        ("unknown-attribute", "placment"),
        ("unknown-element", "acpii"),
        ("unknown-attribute", "cahce"),
        ("wrong-value", "nativ"),
    ]


def test_a_misspelt_kind_is_one_mistake() -> None:
    """What belongs to the kind that was meant is not reported as well."""
    body = """  <devices>
    <interface typ='bridge'>
      <source bridge='br0'/>
    </interface>
    <disk type='netwrok' device='disk'>
      <source protocol='nbd' name='x'><host name='example.com'/></source>
      <target dev='vda' bus='virtio'/>
    </disk>
  </devices>
"""
    assert found(body) == [("unknown-attribute", "typ"), ("wrong-value", "netwrok")]


def test_below_an_unknown_element_nothing_is_judged() -> None:
    assert found("  <devicess><disk/><dsik/></devicess>\n") == [("unknown-element", "devicess")]


def test_fix_renames_both_tags_and_nothing_else() -> None:
    before = DOMAIN.format("  <memorybacking  >\n    <hugepages/> <!-- memorybacking -->\n  </memorybacking >\n")
    after = before.replace("<memorybacking ", "<memoryBacking ").replace("</memorybacking", "</memoryBacking")
    assert lint_and_fix("guest.xml", before.encode()).data.decode() == before
    assert lint_and_fix("guest.xml", before.encode(), unsafe=True).data.decode() == after


def test_an_undeclared_prefix_does_not_hide_other_mistakes() -> None:
    body = "  <qemu:commandline>\n    <qemu:arg value='x'/>\n  </qemu:commandline>\n  <vpcu>1</vpcu>\n"
    assert found(body) == [("qemu-namespace-missing", "qemu:commandline"), ("unknown-element", "vpcu")]
    fixed = lint_and_fix("guest.xml", DOMAIN.format(body).encode(), unsafe=True).data.decode()
    assert "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>" in fixed
    broken = DOMAIN.format("  <qemu:commandline></qemu:comandline>\n").encode()
    assert [d.rule for d in lint("guest.xml", broken)] == ["syntax-error"]


@pytest.mark.parametrize(
    "body",
    [
        "  <vcpu>{{ vcpus }}</vcpu>\n  <on_crash>{{ what }}</on_crash>\n",
        "  <os>\n    {% if efi %}<loader>/x</loader>{% endif %}\n    {{ type }}\n  </os>\n",
        "  <devices>\n    <disk type='{{ kind }}'>\n      <source file='/x'/>\n      <target dev='{{ dev }}' bus='${bus}'/>\n    </disk>\n  </devices>\n",
        "  <metadata><anything at='all'><memroy/></anything></metadata>\n",
        "  <features>\n    <!-- nothing yet -->\n  </features>\n  <devices>\n    <memballoon model='none'>\n    </memballoon>\n  </devices>\n",
    ],
    ids=["values", "children", "kinds", "metadata", "white space"],
)
def test_what_is_right_or_not_known_is_silent(body: str) -> None:
    assert found(body) == []


def test_an_editors_own_attribute_is_silent() -> None:
    head = "<domain type='kvm' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:noNamespaceSchemaLocation='domain.xsd'>"
    assert lint("guest.xml", f"{head}<name>guest</name></domain>".encode()) == []


def test_other_drivers_and_networks_are_judged_too() -> None:
    container = "<domain type='lxc'><name>c</name><os><type>exe</type><init>/bin/sh</init></os><vpcu>1</vpcu></domain>"
    assert marked(lint("guest.xml", container.encode())) == [("unknown-element", "vpcu")]
    network = "<network><name>n</name><forward mode='natt'/><bridge name='virbr0' spt='on'/></network>"
    assert marked(lint("net.xml", network.encode())) == [("wrong-value", "natt"), ("unknown-attribute", "spt")]
    snapshot = "<domainsnapshot><name>s</name><domain type='kvm'><name>g</name><vpcu>1</vpcu></domain></domainsnapshot>"
    assert marked(lint("snap.xml", snapshot.encode())) == [("unknown-element", "vpcu")]


def test_one_slip_in_a_name_is_recognised_whatever_its_kind() -> None:
    for word in ("memoy", "memmory", "mmeory", "mamory", "Memory"):
        (only,) = lint("guest.xml", DOMAIN.format(f"  <{word}>1</{word}>\n").encode())
        assert only.fix is not None
        assert {edit.text for edit in only.fix.edits} == {b"memory"}


@pytest.mark.parametrize("body", ["<vcpu>2</vcpu>", "<vpcu>2</vpcu>"], ids=["right", "wrong"])
def test_what_xmlschema_read_once_is_kept(body: str, tmp_path: Path) -> None:
    """Neither the verdict nor the explanation loads it again: it takes longer than all the rest."""
    (tmp_path / "guest.xml").write_text(DOMAIN.format(f"  {body}\n"))
    code = (
        "import sys; from vmlint.cli import main; main(['check', '-q', 'guest.xml']); print('xmlschema' in sys.modules)"
    )
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
            env={"PYTHONPATH": str(ROOT / "linter")},
        )  # fmt: skip
    assert done.stdout.strip() == "False"


def test_a_large_document_takes_work_in_proportion() -> None:
    disk = "<disk type='file'><source file='/images/{0}.raw'/><target dev='sd{0}' bus='scsi'/></disk>\n"

    def work(count: int) -> int:
        disks = "".join(disk.format(number) for number in range(count))
        data = DOMAIN.format(f"<devices>{disks}</devices>\n<vpcu>1</vpcu>").encode()
        assert [d.rule for d in ENGINE.lint(read("guest.xml", data))] == ["unknown-element"]
        return calls_of(lambda: ENGINE.lint(read("guest.xml", data)))

    work(10)
    assert work(2000) < 4.4 * work(500)


def test_a_deep_document_is_bounded() -> None:
    deep = DOMAIN.format("<metadata>" + "<a>" * 10000 + "</a>" * 10000 + "</metadata>").encode()
    found = lint("guest.xml", deep)
    assert [d.rule for d in found] in ([], ["syntax-error"])  # libxml2 may refuse the depth
    assert not any("XML_PARSE_HUGE" in d.message for d in found)
    chain_ = "<backingStore type='file'>" * 200 + "</backingStore>" * 200
    body = f"<devices><disk type='file'>{chain_}<target dev='vda'/></disk></devices>"
    assert {d.rule for d in lint("guest.xml", DOMAIN.format(body).encode())} <= set(SCHEMA_RULES)


def test_schema_command_prints_paths(tmp_path: Path) -> None:
    both = vmlint("schema", cwd=tmp_path).stdout.decode().split()
    assert [Path(path).name for path in both] == ["domain.xsd", "network.xsd"]
    assert vmlint("schema", "network", cwd=tmp_path).stdout.decode().split() == both[1:]
    for path in chain(both):
        assert etree.parse(path).getroot().tag == "{http://www.w3.org/2001/XMLSchema}schema"
    assert vmlint("schema", "pool", cwd=tmp_path).returncode == 2


TEMPLATE = """<domain type='kvm'>
  <name>{{ name }}</name>
  %s
  <memory unit='GiB'>1</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  %s
  <os><type arch='aarch64' machine='virt'>hvm</type></os>
  %s
  <memmory>1</memmory>
</domain>
"""


@pytest.mark.parametrize(
    "signs", [("{% if x86 %}", "{% else %}", "{% endif %}"), ("%{ if x86 }", "%{ else }", "%{ endif }")]
)
def test_branches_of_a_template_are_not_taken_for_doubled(signs: tuple[str, str, str]) -> None:
    found = check_text(TEMPLATE % signs, "guest.xml.j2").diagnostics
    assert [d.rule for d in found] == ["unknown-element"]


@pytest.mark.parametrize(
    ("inner", "rules"),
    [("example.com", []), ("<searchlist/>", []), ("<name>guest</name><vpcu>1</vpcu>", ["unknown-element"])],
)
def test_an_element_called_domain_in_another_file_may_not_be_libvirts(inner: str, rules: list[str]) -> None:
    text = f"<profile>\n  <dns>\n    <domain>{inner}</domain>\n  </dns>\n</profile>\n"
    assert [d.rule for d in check_text(text, "autoinst.xml.pkrtpl.hcl").diagnostics] == rules


def test_a_document_with_very_many_mistakes_says_that_more_follow() -> None:
    disk = "<disk type='file'><bogus/><target dev='sd{0}' bus='scsi'/></disk>\n"
    body = "".join(disk.format(number) for number in range(3000))
    found = lint("guest.xml", DOMAIN.format(f"<devices>{body}</devices>").encode())
    listed = [d for d in found if d.rule in SCHEMA_RULES]
    assert len(listed) == 1000
    assert [len(d.notes) for d in listed] == [0] * 999 + [1]


def test_how_old_a_part_is_does_not_need_xmlschema(tmp_path: Path) -> None:
    (tmp_path / "new.xml").write_text(DOMAIN.format("  <devices><audio id='1' type='pipewire'/></devices>\n"))
    code = (
        "import sys; from vmlint.cli import main; "
        "main(['check', '--libvirt', '>=9', 'new.xml']); print('xmlschema' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(ROOT / "linter")},
    )  # fmt: skip
    assert "new in libvirt 9.10" in done.stdout
    assert done.stdout.splitlines()[-1] == "False"


def test_editors_can_show_what_everything_means() -> None:
    """Every attribute has a documentation, and every element one of its own or of its type."""
    xs = "{http://www.w3.org/2001/XMLSchema}"
    roots = [etree.parse(path).getroot() for path in sorted((ROOT / "schemas").glob("*.xsd"))]
    assert len(roots) > 10
    documented = {
        type_.get("name")
        for root in roots
        for type_ in root.iter(f"{xs}complexType", f"{xs}simpleType")
        if type_.find(f"{xs}annotation/{xs}documentation") is not None
    }
    missing = [
        (root.base, member.sourceline, member.get("name"))
        for root in roots
        if root.get("targetNamespace") is None
        for member in root.iter(f"{xs}element", f"{xs}attribute")
        if member.get("name") not in (None, *ROOTS)
        and member.find(f"{xs}annotation/{xs}documentation") is None
        and not (member.tag == f"{xs}element" and member.get("type") in documented)
    ]
    assert missing == []


def messages(text: str) -> list[str]:
    return [d.message for d in lint("guest.xml", text.encode())]


def test_a_misspelt_name_that_is_required_is_not_said_to_be_dropped_without_a_word() -> None:
    """libvirt 11.3.0 refuses these, for want of `scheduler`, `dev` and `backend`: one finding says both."""
    cputune = "  <cputune><vcpusched vcpus='0' schedular='fifo' priority='1'/></cputune>\n"
    boot = "  <os><type>hvm</type><boot device='hd'/></os>\n"
    rng = "  <devices><rng model='virtio'><backends model='random'>/dev/urandom</backends></rng></devices>\n"
    for body, meant in ((cputune, "scheduler"), (boot, "dev"), (rng, "backend")):
        (message,) = messages(DOMAIN.format(body))
        assert "without a word" not in message
        assert message.endswith(f"did you mean '{meant}'?")


def test_a_name_that_is_there_already_is_not_what_was_meant() -> None:
    body = "  <features><hyperv><vapic state='on'/><vpidx state='on'/></hyperv></features>\n"
    (message,) = messages(DOMAIN.format(body))
    assert message.endswith("did you mean 'vpindex'?")


def test_names_in_a_namespace_that_libvirt_knows_are_judged_like_others() -> None:
    head = "<domain type='kvm' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>\n  <name>guest</name>\n"
    text = head + "  <q:comandline><q:arg value='x'/></q:comandline>\n</domain>\n"
    assert marked(lint("guest.xml", text.encode())) == [("unknown-element", "q:comandline")]
    assert messages(text)[0].endswith("did you mean 'commandline'?")
    fixed = lint_and_fix("guest.xml", text.encode(), unsafe=True).data.decode()
    assert fixed == text.replace("q:comandline", "q:commandline")
    inner = head + "  <devices><q:commandline><q:arg value='x'/></q:commandline></devices>\n</domain>\n"
    assert "belongs in <domain>, not in <devices>" in messages(inner)[0]


def test_a_network_is_not_called_a_domain() -> None:
    text = "<network><name>n</name><virtualport type='openvswitchs'/></network>"
    (message,) = messages(text)
    assert "domain" not in message


def test_a_misspelt_unit_format_or_driver_is_one_mistake() -> None:
    """And fixing it does not add what is there already."""
    memory = "  <memory units='MiB'>512</memory>\n"
    cells = "  <memory unit='MiB'>512</memory>\n  <cpu><numa><cell id='0' cpus='0' memory='512' units='MiB'/></numa></cpu>\n"
    disk = "  <devices><disk type='file'><{0} name='qemu' {1}='qcow2'/><source file='/x.qcow2'/><target dev='vda'/></disk></devices>\n"
    for wrong, right in (
        (memory, memory.replace("units", "unit")),
        (cells, cells.replace("units", "unit")),
        (disk.format("drivers", "type"), disk.format("driver", "type")),
        (disk.format("driver", "typ"), disk.format("driver", "type")),
    ):
        assert len(messages(DOMAIN.format(wrong))) == 1
        fixed = lint_and_fix("guest.xml", DOMAIN.format(wrong).encode(), unsafe=True).data.decode()
        assert fixed == DOMAIN.format(right)


WHOLE = "<domain type='kvm'>\n  <name>guest</name>\n  <os><type>hvm</type></os>\n{}</domain>\n"
DISK = "<disk type='file' device='{0}'><driver name='qemu' type='raw'/><source {1}='/x.raw'/><target dev='{2}'/></disk>"


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        (WHOLE.format(f"<devices>{DISK.format('disk', 'files', 'vda')}</devices>\n"), "the domain for want of 'file'"),
        (WHOLE.format("<devices><interface type='bridge'><sorce bridge='b'/></interface></devices>\n"), "of <source>"),
        ("<network><name>n</name><ip adress='10.0.0.1' prefix='8'/></network>", "the network for want of 'address'"),
        ("<network><name>n</name><bandwidth><inbound avrage='1'/></bandwidth></network>", "for want of 'average'"),
    ],
)
def test_what_is_misspelt_and_refused_for_want_of_it_is_said_to_be_refused(text: str, lacks: str) -> None:
    """As libvirt 7.0.0, 9.0.0, 11.3.0 and 12.8.0 do, though their schemas call the right name optional."""
    (found,) = lint("guest.xml", text.encode())
    assert lacks in found.message
    assert found.effect == "refused"


@pytest.mark.parametrize(
    ("body", "rule", "place"),
    [
        (f"<devices>{DISK.format('disk', 'path', 'vda')}</devices>", "unknown-attribute", "path"),
        (f"<devices>{DISK.format('disk', 'dev', 'vda')}</devices>", "unknown-attribute", "dev"),
        ("<devices><interface type='user'><mtu value='9000'/></interface></devices>", "unknown-attribute", "value"),
        ("<devices><interface type='bridge'><mac/><source bridge='b' address='52:54:00:00:00:01'/></interface></devices>",
         "unknown-attribute", "address"),
    ],
)  # fmt: skip
def test_a_name_in_the_place_of_another_is_one_mistake(body: str, rule: str, place: str) -> None:
    assert marked(lint("guest.xml", WHOLE.format(body).encode())) == [(rule, place)]


@pytest.mark.parametrize("attribute", ["path", "name"])
def test_an_attribute_of_a_kind_that_nothing_says_is_found(attribute: str) -> None:
    disk = DISK.format("disk", f"{attribute}='/y.raw' file", "vda")
    assert marked(lint("guest.xml", WHOLE.format(f"<devices>{disk}</devices>").encode())) == [
        ("unknown-attribute", attribute)
    ]


def test_an_empty_drive_needs_no_file() -> None:
    body = f"<devices>{DISK.format('cdrom', 'files', 'hda')}</devices>\n"
    (message,) = messages(WHOLE.format(body))
    assert "for want" not in message.replace("may fail for want", "")


@pytest.mark.parametrize(
    "body",
    [
        "<devices><disk type='block' device='floppyy'><driver type='raw'/><source dev='/dev/fd0'/><target dev='fda' bus='fdc'/></disk></devices>\n",
        "<iothread>2</iothread><devices>{0}</devices>\n",
        "<iothreds>2</iothreds><devices>{0}</devices>\n",
        "<devices><iothreads>2</iothreads>{0}</devices>\n",
        "<devices><interface type='hostdev'><source><address type='pci' bus='3'/></source><teaming type='transient' persistant='ua-x'/></interface></devices>\n",
        "<memoy>512</memoy>\n",
        "<vcpu>4</vcpu><cpu><numa><cell id='0' cpu='0-3' memory='1' unit='GiB'/></numa></cpu>\n",
        "<devices><disk type='file'><driver type='raw'/><source file='/x'/><target dve='vda'/></disk></devices>\n",
    ],
)
def test_what_follows_from_a_mistake_is_not_a_mistake_of_its_own(body: str) -> None:
    disk = "<disk type='block'><driver type='raw' iothread='2'/><source dev='/dev/sda'/><target dev='vda' bus='virtio'/></disk>"
    found = lint("guest.xml", WHOLE.format(body.replace("{0}", disk)).encode())
    assert [d.rule in SCHEMA_RULES for d in found if d.severity != "note"] == [True], [d.message for d in found]


def test_a_mistake_does_not_hide_others_beside_it() -> None:
    disks = DISK.format("disk", "file", "vda") + DISK.format("dsik", "file", "vda")
    found = lint("guest.xml", WHOLE.format(f"<devices>{disks}</devices>\n").encode())
    assert marked(found) == [("wrong-value", "dsik"), ("disk-target-twice", "vda")]


def test_places_that_are_not_named_are_counted() -> None:
    (message,) = messages(DOMAIN.format("<devices><target dev='vda'/></devices>\n"))
    assert " or one of " in message
    assert "other elements, not in <devices>" in message


def test_the_place_next_to_a_misplaced_element_is_named_first() -> None:
    disk = "<disk type='file'><source file='/x'><target dev='vda'/></source><driver type='raw'/></disk>"
    (message, *_) = messages(DOMAIN.format(f"<devices>{disk}</devices>\n"))
    assert message.startswith("Element <target> belongs in <disk>")


@pytest.mark.parametrize(
    "address", ["52-54-00-5e-10-01", "52:54:00:5e:10", "01:00:5e:00:00:01", "52:54:00:zz:10:01", "5254005e1001"]
)
def test_a_mac_address_that_libvirt_refuses_is_an_error(address: str) -> None:
    """As libvirt 7.0.0, 9.0.0, 11.3.0 and 12.8.0 do; `52:54:0:5e:10:1` they read."""
    nic = "<devices><interface type='bridge'><mac address='{0}'/><source bridge='br0'/></interface></devices>\n"
    (found,) = lint("guest.xml", WHOLE.format(nic.format(address)).encode())
    assert (found.rule, found.severity) == ("wrong-value", "error")
    assert "refuses" in found.message
    assert lint("guest.xml", WHOLE.format(nic.format("52:54:0:5e:10:1")).encode()) == []


@pytest.mark.parametrize("end", ["name='{0}'/>", ">{0}</description>"], ids=["attribute", "text"])
def test_a_part_that_libvirt_does_not_read_is_told_in_words_of_ours(end: str) -> None:
    found = lint("guest.xml", DOMAIN.format(f"<description {end.format('x' * 11_000_000)}\n").encode())
    assert all("XML_PARSE_HUGE" not in d.message and "xmlSAX" not in d.message for d in found)


def test_documents_of_other_kinds_are_not_judged_as_domains() -> None:
    others = ("pool", "volume", "device", "capabilities", "domainCapabilities", "secret", "filter", "interface")
    for root in others:
        text = f"<{root} type='dir'><name>default</name><target><path>/x</path></target><vpcu/></{root}>"
        assert check_text(text, "other.xml").diagnostics == [], root


@pytest.mark.parametrize("root", ["domainsnapshot", "domainbackup", "domaincheckpoint"])
def test_of_a_snapshot_only_the_domain_in_it_is_judged(root: str) -> None:
    inner = "<domain type='kvm'><name>guest</name><os><type>hvm</type></os><vpcu>1</vpcu></domain>"
    text = f"<{root}><name>one</name><disks><disk name='vda' snapshot='extrenal'/></disks>{inner}</{root}>"
    assert marked(check_text(text, "snapshot.xml").diagnostics) == [("unknown-element", "vpcu")]
