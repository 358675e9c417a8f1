"""The schemas, the verdict, and whether what is said of a mistake is about that mistake."""

from __future__ import annotations

import random
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

from tests.helpers import ROOT, lint, lint_and_fix, marked, read, vmlint
from tests.mutants import Mutant, mutant
from vmlint import check_text
from vmlint.catalog import rules
from vmlint.engine import Engine
from vmlint.libvirt.schema import is_valid, verdict
from vmlint.libvirt.schema_explain import mistakes
from vmlint.run import target

NAMES = ("domain", "network")
FIXTURES = sorted((Path(__file__).parent / "xml").glob("*.xml"))
CORPUS = ROOT.parent / "shared" / "corpus"
RELAXNG = [
    folder
    for folder in (
        Path("/var/tmp/vmlint-oracle/qemu-11.1/usr/share/libvirt/schemas"),
        Path("/usr/share/libvirt/schemas"),
    )
    if (folder / "domain.rng").exists()
]
MUTANTS = 1000
SCHEMA_RULES = {name: rule for name, rule in rules().items() if rule.topic == "schema"}
ENGINE = Engine(SCHEMA_RULES, target())
TEMPLATES = {  # values that are filled in later: the RELAX NG knows no templates
    "SUSE-Cloud__automation", "lago-project__lago", "libreswan__libreswan",
}  # fmt: skip
LOOSER = {  # what depends on more than one attribute's value, or on a value's number
    "disk-cdrom-empty-network-invalid.xml",  # a network source may be left out only of some disks
    "disk-missing-target-invalid.xml",  # <target> is not required of every kind of disk
    "hostdev-mdev-src-address-invalid.xml",  # form of a UUID that only one kind of host device has
    "luks-disk-invalid.xml",  # which secret goes with which format of encryption
    "pci-bus-invalid.xml",  # the range of a bus depends on the type of the address
    "pci-domain-invalid.xml",  # likewise of a domain
    "graphics-listen-network-invalid.xml",  # which attributes a <listen> may have together
}


@pytest.fixture(scope="module")
def relaxng() -> dict[str, etree.RelaxNG]:
    if not RELAXNG:
        pytest.skip("libvirt's RELAX NG schemas are not installed")
    return {name: etree.RelaxNG(etree.parse(RELAXNG[0] / f"{name}.rng")) for name in NAMES}


@pytest.fixture(scope="module")
def strict() -> dict[str, xmlschema.XMLSchema10]:
    return {name: xmlschema.XMLSchema10(str(ROOT / "schemas" / f"{name}.xsd")) for name in NAMES}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    if not CORPUS.exists():
        pytest.skip("the corpora are not here")
    folder = tmp_path_factory.mktemp("corpus")
    for name in CORPUS.glob("*xml.tar.xz"):
        with tarfile.open(name) as archive:
            archive.extractall(folder, filter="data")
    return sorted(folder.rglob("*.xml"))


def valid(paths: list[Path], relaxng: dict[str, etree.RelaxNG]) -> Iterator[tuple[str, str]]:
    """Kind and text of the documents that libvirt's schemas accept."""
    for path in paths:
        try:
            root = etree.fromstring(path.read_bytes())
            text = path.read_bytes().decode()
        except (etree.XMLSyntaxError, UnicodeDecodeError):
            continue
        if root.tag in NAMES and relaxng[root.tag].validate(root):
            yield root.tag, text


def rejected_mutants(
    documents: list[tuple[str, str]], relaxng: dict[str, etree.RelaxNG], seed: int
) -> Iterator[tuple[str, Mutant]]:
    """Mistakes, without end, that libvirt's schemas reject."""
    rng = random.Random(seed)
    while True:
        kind, text = rng.choice(documents)
        made = mutant(text, rng)
        if made is None:
            continue
        try:
            root = etree.fromstring(made.text.encode())
        except etree.XMLSyntaxError:
            continue
        if not relaxng[kind].validate(root):
            yield kind, made


def score(kind: str, made: Mutant) -> tuple[bool, bool, bool, bool]:
    """Whether a mutant is rejected, its line and its place named, and the right word suggested."""
    document = read("guest.xml", made.text.encode())
    found = ENGINE.lint(document)
    if not found:
        return False, False, False, False
    start, end = (len(made.text[:at].encode()) for at in (made.start, made.end))
    first = found[0]
    line = document.source.position(first.span.start).line == document.source.position(start).line
    exact = start <= first.span.start and first.span.end <= end
    if made.kind == "added":  # a known attribute may be added: then it is its value that is wrong
        exact = exact or start <= first.span.start <= end + len("='1'")
    word = (
        f"'{made.word}'" in first.message or any(e.text == made.word.encode() for e in first.fix.edits)
        if first.fix
        else f"'{made.word}'" in first.message
    )
    return True, line, exact, word


@pytest.mark.parametrize("name", NAMES)
def test_a_strict_reader_takes_the_schema(name: str, strict: dict[str, xmlschema.XMLSchema10]) -> None:
    assert verdict(name) is not None  # libxml2
    assert strict[name].elements[name].type.name == name.capitalize()  # xmlschema, which raises on any mistake


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_our_fixtures_are_valid_for_libvirt_too(path: Path, relaxng: dict[str, etree.RelaxNG]) -> None:
    root = etree.parse(path).getroot()
    assert relaxng[root.tag].validate(root), relaxng[root.tag].error_log.last_error


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_valid_documents_are_silent(path: Path) -> None:
    assert [(d.rule, d.message) for d in lint(path.name, path.read_bytes()) if d.rule in SCHEMA_RULES] == []


def measure(documents: list[tuple[str, str]], relaxng: dict[str, etree.RelaxNG], seed: int) -> None:
    made = [next_ for next_, _ in zip(rejected_mutants(documents, relaxng, seed), range(MUTANTS), strict=False)]
    scores = [score(*entry) for entry in made]
    missed = [(m.kind, m.text[m.start - 30 : m.end + 30]) for (_, m), s in zip(made, scores, strict=True) if not s[0]]
    words = [s[3] for (_, m), s in zip(made, scores, strict=True) if m.word]
    assert len(missed) <= 0.01 * MUTANTS, missed
    assert sum(s[1] for s in scores) >= 0.97 * MUTANTS
    assert sum(s[2] for s in scores) >= 0.95 * MUTANTS
    assert sum(words) >= 0.90 * len(words)


def test_mistakes_put_into_our_fixtures_are_found_where_they_are(relaxng: dict[str, etree.RelaxNG]) -> None:
    documents = [(etree.parse(path).getroot().tag, path.read_text()) for path in FIXTURES]
    measure(documents, relaxng, seed=20261125)


def test_mistakes_put_into_the_corpus_are_found_where_they_are(
    corpus: list[Path], relaxng: dict[str, etree.RelaxNG]
) -> None:
    measure(list(valid(corpus, relaxng)), relaxng, seed=7)


def test_the_two_readers_of_the_schemas_agree_on_mutants(
    relaxng: dict[str, etree.RelaxNG], strict: dict[str, xmlschema.XMLSchema10]
) -> None:
    documents = [(etree.parse(path).getroot().tag, path.read_text()) for path in FIXTURES]
    made = rejected_mutants(documents, relaxng, seed=3)
    for _ in range(200):
        kind, entry = next(made)
        root = etree.fromstring(entry.text.encode())
        assert verdict(kind).validate(root) == strict[kind].is_valid(root), entry.text


def test_the_corpus_is_judged_as_libvirt_judges_it(
    corpus: list[Path], relaxng: dict[str, etree.RelaxNG], strict: dict[str, xmlschema.XMLSchema10]
) -> None:
    """Nothing that libvirt's newest schema accepts is rejected; what it rejects is, but for what is listed."""
    if RELAXNG[0].parts[1:3] != ("var", "tmp"):
        pytest.skip("the newest schemas of libvirt are not here")
    judged, looser = 0, set()
    for path in corpus:
        if path.name.startswith(tuple(TEMPLATES)):
            continue
        for root in read(path.name, path.read_bytes()).roots if is_read(path) else ():
            if root.name == "qemu":
                continue
            judged += 1
            tag, element = str(root.element.tag), root.element
            if tag not in NAMES or (tag == "domain" and element.get("type") is None):
                continue  # a part of a domain
            accepted, ours = relaxng[tag].validate(element), is_valid(root)
            assert strict[tag].is_valid(element) == verdict(tag).validate(element), path
            assert ours or not accepted, path
            if ours and not accepted:
                looser.add(path.name)
            if not ours:
                assert [m for m in mistakes(root) if m.kind != "too-old"], path
    assert judged > 2300
    assert looser == LOOSER


def is_read(path: Path) -> bool:
    from vmlint import formats

    return formats.claim(path.name, path.read_bytes()) is not None


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


def test_xmlschema_is_imported_only_to_explain(tmp_path: Path) -> None:
    (tmp_path / "right.xml").write_text(DOMAIN.format("  <vcpu>2</vcpu>\n"))
    (tmp_path / "wrong.xml").write_text(DOMAIN.format("  <vpcu>2</vpcu>\n"))
    code = (
        "import sys; from vmlint.cli import main; main(['check', '-q', sys.argv[1]]); print('xmlschema' in sys.modules)"
    )
    for name, loaded in (("right.xml", "False"), ("wrong.xml", "True")):
        done = subprocess.run(
            [sys.executable, "-c", code, name], cwd=tmp_path, capture_output=True, text=True, check=True,
            env={"PYTHONPATH": str(ROOT / "linter")},
        )  # fmt: skip
        assert done.stdout.strip() == loaded, name


def test_a_large_document_takes_time_in_proportion() -> None:
    disk = "<disk type='file'><source file='/images/{0}.raw'/><target dev='sd{0}' bus='scsi'/></disk>\n"

    def seconds(count: int) -> float:
        disks = "".join(disk.format(number) for number in range(count))
        data = DOMAIN.format(f"<devices>{disks}</devices>\n<vpcu>1</vpcu>").encode()
        start = time.process_time()
        assert [d.rule for d in ENGINE.lint(read("guest.xml", data))] == ["unknown-element"]
        return time.process_time() - start

    seconds(10)
    assert seconds(8000) < 10 * max(seconds(2000), 0.05)


def test_a_deep_document_is_bounded() -> None:
    deep = DOMAIN.format("<metadata>" + "<a>" * 10000 + "</a>" * 10000 + "</metadata>").encode()
    assert [d.rule for d in lint("guest.xml", deep)] in ([], ["syntax-error"])  # libxml2 may refuse the depth
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
