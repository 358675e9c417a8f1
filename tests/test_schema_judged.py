"""The verdict of the schemas held against libvirt's own, over fixtures, a corpus and mistakes put into both."""

from __future__ import annotations

import copy
import random
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from lxml import etree

from tests.helpers import ROOT, lint, oracle_root, read
from tests.mutants import FIRST_KINDS, FURTHER_KINDS, NAMES_AND_WORDS, Kind, Mutant, mutant
from tests.variants import Variants
from vmlint.catalog import rules
from vmlint.choice import target
from vmlint.engine import Engine
from vmlint.libvirt.schema import is_valid, verdict
from vmlint.libvirt.schema_explain import mistakes
from vmlint.libvirt.schema_model import Type, model

NAMES = ("domain", "network")
FIXTURES = sorted((Path(__file__).parent / "xml").glob("*.xml"))
CORPUS = ROOT.parent / "shared" / "corpus"
INSTALLED = Path("/usr/share/libvirt/schemas")
NEWEST = oracle_root("11.1") / "usr/share/libvirt/schemas"
"""Of libvirt 12.8, which our schemas describe; what an older one lacks is no mistake."""
MUTANTS = 1000
APART = 200
"""Two mistakes so many characters apart are not about the same element."""
VARIANTS = 1000
SCHEMA_RULES = {name: rule for name, rule in rules().items() if rule.topic == "schema"}
ENGINE = Engine(SCHEMA_RULES, target())
TEMPLATES = {  # values that are filled in later: the RELAX NG knows no templates
    "SUSE-Cloud__automation", "lago-project__lago", "libreswan__libreswan",
}  # fmt: skip
LOOSER = {  # what depends on more than one attribute's value, or on a value's number
    "hostdev-mdev-src-address-invalid.xml",  # form of a UUID that only one kind of host device has
    "luks-disk-invalid.xml",  # which secret goes with which format of encryption
    "pci-bus-invalid.xml",  # the range of a bus depends on the type of the address
    "pci-domain-invalid.xml",  # likewise of a domain
    "graphics-listen-network-invalid.xml",  # which attributes a <listen> may have together
}


@pytest.fixture(scope="module")
def relaxng() -> dict[str, etree.RelaxNG]:
    """libvirt's schemas, the newest that are here."""
    folder = next((folder for folder in (NEWEST, INSTALLED) if (folder / "domain.rng").exists()), None)
    if folder is None:
        pytest.skip("libvirt's RELAX NG schemas are not installed")
    return {name: etree.RelaxNG(etree.parse(folder / f"{name}.rng")) for name in NAMES}


@pytest.fixture(scope="module")
def newest(relaxng: dict[str, etree.RelaxNG]) -> dict[str, etree.RelaxNG]:
    if not (NEWEST / "domain.rng").exists():
        pytest.skip("the newest schemas of libvirt are not here")
    return relaxng


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
    documents: list[tuple[str, str]],
    relaxng: dict[str, etree.RelaxNG],
    seed: int,
    kinds: tuple[Kind, ...] = FIRST_KINDS,
) -> Iterator[tuple[str, Mutant]]:
    """Mistakes, without end, that libvirt's schemas reject."""
    rng = random.Random(seed)
    while True:
        kind, text = rng.choice(documents)
        made = mutant(text, rng, kinds)
        if made is None:
            continue
        try:
            root = etree.fromstring(made.text.encode())
        except etree.XMLSyntaxError:
            continue
        if not relaxng[kind].validate(root):
            yield kind, made


def is_rejected(text: str, kind: str, relaxng: dict[str, etree.RelaxNG]) -> bool:
    try:
        return not relaxng[kind].validate(etree.fromstring(text.encode()))
    except etree.XMLSyntaxError:
        return False


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
    if made.value:
        exact = exact or start <= first.span.start <= end + len(made.value.encode())
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
def test_our_fixtures_are_valid_for_libvirt_too(path: Path, newest: dict[str, etree.RelaxNG]) -> None:
    root = etree.parse(path).getroot()
    assert newest[root.tag].validate(root), newest[root.tag].error_log.last_error


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_valid_documents_are_silent(path: Path) -> None:
    assert [(d.rule, d.message) for d in lint(path.name, path.read_bytes()) if d.rule in SCHEMA_RULES] == []


def measure(
    documents: list[tuple[str, str]],
    relaxng: dict[str, etree.RelaxNG],
    seed: int,
    kinds: tuple[Kind, ...] = FIRST_KINDS,
) -> None:
    rejected = rejected_mutants(documents, relaxng, seed, kinds)
    made = [next_ for next_, _ in zip(rejected, range(MUTANTS), strict=False)]
    scores = [score(*entry) for entry in made]
    missed = [(m.kind, m.text[m.start - 30 : m.end + 30]) for (_, m), s in zip(made, scores, strict=True) if not s[0]]
    words = [s[3] for (_, m), s in zip(made, scores, strict=True) if m.word]
    assert len(missed) <= 0.01 * MUTANTS, missed
    assert sum(s[1] for s in scores) >= 0.97 * MUTANTS
    assert sum(s[2] for s in scores) >= 0.95 * MUTANTS
    assert sum(words) >= 0.90 * len(words)


def test_mistakes_put_into_our_fixtures_are_found_where_they_are(relaxng: dict[str, etree.RelaxNG]) -> None:
    measure(list(valid(FIXTURES, relaxng)), relaxng, seed=20261125)


def test_mistakes_put_into_the_corpus_are_found_where_they_are(
    corpus: list[Path], relaxng: dict[str, etree.RelaxNG]
) -> None:
    measure(list(valid(corpus, relaxng)), relaxng, seed=7)


def test_mistakes_of_other_kinds_are_found_where_they_are(
    corpus: list[Path], relaxng: dict[str, etree.RelaxNG]
) -> None:
    """Elements doubled, moved by a level or left out, names in other case or in a namespace, attributes of a sibling."""
    measure(list(valid([*FIXTURES, *corpus], relaxng)), relaxng, seed=20261201, kinds=FURTHER_KINDS)


def test_two_mistakes_are_both_found(relaxng: dict[str, etree.RelaxNG]) -> None:
    """Neither hides the other, and nothing else is said, unless one is in the other or they make one."""
    documents, rng = list(valid(FIXTURES, relaxng)), random.Random(5)
    both, made = 0, 0
    for kind, first in rejected_mutants(documents, relaxng, 11, NAMES_AND_WORDS):
        second = mutant(first.text, rng, NAMES_AND_WORDS)
        if second is None or abs(second.start - first.start) < APART or not is_rejected(second.text, kind, relaxng):
            continue
        made += 1
        shift = len(second.text) - len(first.text)
        starts = {first.start + (shift if second.start < first.start else 0), second.start}
        document = read("guest.xml", second.text.encode())
        lines = {document.source.position(len(second.text[:at].encode())).line for at in starts}
        both += {document.source.position(d.span.start).line for d in ENGINE.lint(document)} == lines
        if made == 200:
            break
    assert both >= 0.9 * made


def test_the_two_readers_of_the_schemas_agree_on_mutants(
    relaxng: dict[str, etree.RelaxNG], strict: dict[str, xmlschema.XMLSchema10]
) -> None:
    made = rejected_mutants(list(valid(FIXTURES, relaxng)), relaxng, seed=3)
    for _ in range(200):
        kind, entry = next(made)
        root = etree.fromstring(entry.text.encode())
        assert verdict(kind).validate(root) == strict[kind].is_valid(root), entry.text


ODD_TEXTS = (
    *(
        "",
        " ",
        "0",
        "-0",
        "+5",
        "-1",
        "1.5",
        "1e3",
        "007",
        "0x1F",
        "0xfg",
        "65536",
        "4294967296",
        "18446744073709551616",
    ),
    *(
        "a",
        "A b",
        " a ",
        "a\n",
        "\n",
        "a\tb",
        "/",
        "/dev/x",
        "../x",
        "ünicode",
        "on",
        "YES ",
        "a" * 300,
        "[]",
        "1-4,^3",
    ),
    *("52:54:00:12:34:56", "52:54:00:12:34:5", "::1", "fe80::1%eth0", "10.0.0.1", "10.0.0.256", "2026-11-25T10:00:00"),
)


def texts(paths: list[Path]) -> list[str]:
    """Values that are in documents, and odd ones."""
    roots = [etree.parse(path).getroot() for path in paths]
    found = {value for root in roots for element in root.iter("*") for value in [element.text or "", *element.values()]}
    return sorted({*found, *(text.upper() for text in found), *(f" {text} " for text in found), *ODD_TEXTS})


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_of_a_schema_says_what_xmlschema_says(name: str, strict: dict[str, xmlschema.XMLSchema10]) -> None:
    kept, values = model(name), texts(FIXTURES)
    pairs: list[tuple[Type, Any]] = [(kept.root(name), strict[name].elements[name].type)]
    seen, judged = set(), set()
    for ours, theirs in pairs:  # grows while it is walked
        if theirs in seen:
            continue
        seen.add(theirs)
        is_text = theirs.is_simple() or theirs.has_simple_content()
        declared = {} if theirs.is_simple() else {key: value for key, value in theirs.attributes.items() if key}
        children = [] if is_text else [child for child in theirs.content.iter_elements() if child.name is not None]
        assert list(ours.attributes) == list(declared)
        assert set(ours.children) == {child.name for child in children}
        pairs += [(kept.type(ours.children[child.name].type), child.type) for child in children]
        simple: list[Any] = [(ours.attributes[key].type, attribute.type) for key, attribute in declared.items()]
        simple += [(ours.text, theirs if theirs.is_simple() else theirs.content)] if is_text else []
        for our_type, their_type in simple:
            if our_type not in judged:
                judged.add(our_type)
                for text in values:
                    assert our_type.takes(text) == their_type.text_is_valid(text), (their_type, text)
    assert len(judged) > {"domain": 250, "network": 30}[name]


def test_variants_that_libvirt_accepts_are_accepted(
    corpus: list[Path], newest: dict[str, etree.RelaxNG], strict: dict[str, xmlschema.XMLSchema10]
) -> None:
    """And the two readers of the schemas agree on all."""
    documents = [(kind, etree.fromstring(text.encode())) for kind, text in valid(corpus, newest)]
    variants, rng = Variants(root for _, root in documents), random.Random(20261125)
    accepted = 0
    for number in range(VARIANTS):
        kind, original = rng.choice(documents)
        root = copy.deepcopy(original)
        variants.vary(root, rng)
        document = read("guest.xml", etree.tostring(root))
        if newest[kind].validate(root):
            accepted += 1
            assert is_valid(document.roots[0]), document.source.data
        if number % 10 == 0:
            assert verdict(kind).validate(root) == strict[kind].is_valid(root), document.source.data
    assert accepted > VARIANTS / 2


def test_the_corpus_is_judged_as_libvirt_judges_it(
    corpus: list[Path], newest: dict[str, etree.RelaxNG], strict: dict[str, xmlschema.XMLSchema10]
) -> None:
    """Nothing that libvirt's newest schema accepts is rejected; what it rejects is, but for what is listed."""
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
            accepted, ours = newest[tag].validate(element), is_valid(root)
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
