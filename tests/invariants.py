"""What must hold for any bytes: each reader of them is a Target, with files to begin with and what holds of it.

tests/test_fuzz.py holds it of a fixed selection of changed files, tests/fuzz.py searches for bytes for which it fails.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tests.helpers import ROOT, read
from tests.test_hosts import CASES
from vmlint import baseline, check_text
from vmlint.catalog import rules
from vmlint.choice import target
from vmlint.config import in_force, parse
from vmlint.discover import UsageError
from vmlint.engine import Engine
from vmlint.fixer import MAX_ROUNDS, Look, apply, fix
from vmlint.formats import FORMATS, Format, argv, claim, name_of
from vmlint.formats.xml_scan import attributes, scan
from vmlint.house import read_rules
from vmlint.merged import described, read_reports
from vmlint.model import Diagnostic, Document, Node
from vmlint.patterns import Patterns
from vmlint.qemu.arguments import read_argument
from vmlint.qemu.commandline import CommandNode
from vmlint.reporters import REPORTERS, write_report
from vmlint.settings import ALL_FIXES, SAFE_FIXES
from vmlint.source import OPAQUE, Edit, Source, Value

HERE = Path(__file__).parent
ENGINE = Engine(rules(), target(None))
MIN_SEED = 10
TOKENS = (
    *(
        b"\0",
        b"\n",
        b"\r\n",
        b"\\\n",
        b"\\",
        b"'",
        b'"',
        b"`",
        b"$",
        b"${",
        b"$(",
        b"{{",
        b"}}",
        b"{%",
        b"<%",
        b"%s",
        b"\xff",
        b"\xc3",
    ),
    *(
        "é€\ufeff".encode(),
        b",",
        b",,",
        b"=",
        b",server,nowait",
        b" -device ",
        b" -netdev user,id=n",
        b"qemu-system-x86_64 ",
    ),
    *(
        b"<",
        b">",
        b"/>",
        b"]]>",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"&amp;",
        b"&x;",
        b"&#0;",
        b"<interface>",
        b"</domain>",
        b"xmlns:q='u'",
    ),
    *(
        b"# vmlint: ignore[short-boolean]",
        b"<!-- vmlint: ignore-file[teaming] x -->",
        b"<<E\n",
        b"[",
        b"]",
        b"(",
        b")",
        b"\t",
        b"- ",
    ),
)
"""What is special to some reader."""
MOST_FIXES = 8


class Seed(NamedTuple):
    """A file to begin with."""

    format_name: str
    name: str
    data: bytes


class Target(NamedTuple):
    """What reads bytes. `hold(name, data)` raises AssertionError, or what vmlint raises, where they show a mistake of
    vmlint."""

    seeds: list[Seed]
    hold: Callable[[str, bytes], None]


@cache
def seeds() -> list[Seed]:
    """Files of every format: those of hosts/, the domains of xml/, and the examples of the rules."""
    found = [Seed(case.format_name, case.name, case.bad) for case in CASES]
    found += [Seed("xml", path.name, path.read_bytes()) for path in sorted((HERE / "xml").glob("*.xml"))]
    for rule in rules().values():
        found += [Seed(_format(e.file, e.bad.encode()), e.file, e.bad.encode()) for e in rule.examples]
    return [seed for seed in found if len(seed.data) > MIN_SEED]


def _format(name: str, data: bytes) -> str:
    format_ = claim(name, data)
    return name_of(format_) if format_ else "none"


def hold(name: str, data: bytes) -> None:
    """A file of that name, whichever format it is then of."""
    format_ = claim(name, data)
    if format_ is not None:
        hold_document(name, data, format_)


def hold_document(name: str, data: bytes, format_: Format) -> None:
    """Reading never raises, texts know their bytes, findings and fixes point into the file, and fixes do as they say."""

    def look(content: bytes) -> tuple[Document, list[Diagnostic]]:
        document = format_.parse(name, content)
        return document, ENGINE.lint(document)

    document, found = look(data)
    for value in values(document):
        hold_value(value, document.source)
    for diagnostic in found:
        hold_places(diagnostic, len(data))
    hold_each_fix(data, document, found, look)
    for safeties in (SAFE_FIXES, ALL_FIXES):
        hold_fixes(data, found, look, safeties)


def values(document: Document) -> Iterator[Value]:
    """All texts of a document that know their bytes."""
    stack: list[Node] = list(document.roots)
    while stack:
        node = stack.pop()
        stack.extend(node.children)
        if isinstance(node, CommandNode):
            yield from node.words
        for attribute in node.attribute_names:
            if (value := node.value(attribute)) is not None:
                yield value


def hold_value(value: Value, source: Source) -> None:
    """The pieces of a text follow each other, in the text and in the file, and each was written as what it says."""
    at = end = 0
    for piece in value.pieces:
        assert piece.at == at, "the pieces tile the text"
        assert end <= piece.start <= piece.end <= len(source.data), "and stand in the file in this order"
        text = value.text[piece.at : piece.at + piece.length]
        if piece.unit and OPAQUE not in text:
            assert source.decode(piece.start, piece.end) == text
        at, end = piece.at + piece.length, piece.end
    assert at == len(value.text)


def hold_places(diagnostic: Diagnostic, size: int) -> None:
    """A finding points into the file, and so do its notes and its fix, whose edits do not clash."""
    for span in (diagnostic.span, *(note.span for note in diagnostic.notes)):
        assert 0 <= span.start <= span.end <= size
    edits = sorted(diagnostic.fix.edits) if diagnostic.fix else []
    assert all(0 <= edit.start <= edit.end <= size for edit in edits)
    assert all(before.end <= after.start for before, after in pairwise(edits))


def hold_fixes(data: bytes, found: list[Diagnostic], look: Look, safeties: tuple[str, ...]) -> None:
    """Fixing comes to rest; safe fixes bring no finding that was not there.

    Unsafe ones may: when `<interfcae>` becomes an interface, the rules on interfaces see it.
    """
    fixed = fix(data, look, safeties)
    if safeties == SAFE_FIXES:
        hold_no_more(found, fixed.diagnostics)
    if fixed.applied < MAX_ROUNDS:
        assert fix(fixed.data, look, safeties).data == fixed.data, "a second run changes nothing"


def hold_each_fix(data: bytes, document: Document, found: list[Diagnostic], look: Look) -> None:
    """Each fix alone changes no byte but its own, and a safe one brings neither a finding nor a problem."""
    fixes = [each.fix for each in found if each.fix]
    for each in fixes:
        hold_bytes(data, sorted(each.edits))
    for each in [each for each in fixes if each.safety in SAFE_FIXES][:MOST_FIXES]:
        after, then = look(apply(data, each.edits))
        assert len(after.problems) <= len(document.problems), "the fixer would drop it"
        hold_no_more(found, then)


def hold_no_more(before: list[Diagnostic], after: list[Diagnostic]) -> None:
    """No rule finds more after fixes than before, but for what is now told by a rule whose place another had taken."""
    old, new = (Counter(each.rule for each in found) for found in (before, after))
    taken = {covered for rule in old - new for covered in rules()[rule].covers}
    more = {rule: count for rule, count in (new - old).items() if rule not in taken}
    assert not more, f"fixing brings {more}"


def hold_bytes(data: bytes, edits: list[Edit]) -> None:
    """What stands between the edits is the same before and after."""
    rest = apply(data, edits)
    at = 0
    for edit in edits:
        kept = data[at : edit.start] + edit.text
        assert rest.startswith(kept)
        rest, at = rest[len(kept) :], edit.end
    assert rest == data[at:]


def hold_suppressed(name: str, data: bytes) -> None:
    """All that becomes of a file in a run, with every report of it."""
    report = check_text(data, name)
    for reporter in REPORTERS:
        stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        write_report(reporter, report, rules(), stream)
        stream.flush()


def hold_argv(name: str, data: bytes) -> None:
    """Words of a command line, one a line."""
    words = data.decode("utf-8", "surrogateescape").split("\n")
    hold_document(name, argv.join(words), argv)


def hold_option(name: str, data: bytes) -> None:
    """An option's name and its argument: parameters follow each other, and each is what stands there."""
    option, _, text = data.decode("utf-8", "surrogateescape").partition(" ")
    at = 0
    for param in read_argument(option, text).params:
        assert at <= param.start <= param.end <= len(text), "parameters follow each other"
        for low, high in param.value_ranges:
            assert param.start <= low <= high <= param.end
        if param.value_ranges:
            assert "".join(text[low:high] for low, high in param.value_ranges) == param.value
        at = param.end


def hold_scan(name: str, data: bytes) -> None:
    """Whatever the XML scanner is given, elements lie in each other or apart, and attributes in their tags."""
    text = data.decode("utf-8", "surrogateescape")
    around: list[int] = []
    for element in scan(text):
        assert 0 <= element.start < element.tag_end <= element.end <= len(text)
        while around and around[-1] <= element.start:
            around.pop()
        assert not around or element.end <= around[-1]
        around.append(element.end)
        for _, low, high in attributes(text, element):
            assert element.start < low <= high < element.tag_end


def hold_configuration(name: str, data: bytes) -> None:
    """A configuration is read, or refused with a place in it."""
    try:
        config = parse(name, data, "/nowhere")
        if config is not None:
            Patterns(config.folder, config.exclude, partial(config.where, "exclude")).match("/nowhere/a/b.xml")
            in_force(config, {})
    except UsageError as error:
        _hold_place(error, name)


def hold_rules(name: str, data: bytes) -> None:
    """Rules of the user's own are read, or refused with a place in their file; what is read can be run."""
    path = _written(data)
    try:
        own = {rule.name: rule for rule in read_rules(path, rules())}
    except UsageError as error:
        _hold_place(error, path)
        return
    domain = (HERE / "xml" / "desktop.xml").read_bytes()
    Engine(own, target(None)).lint(read("desktop.xml", domain))


def hold_baseline(name: str, data: bytes) -> None:
    """A baseline is read, or refused; written again it is the same."""
    path = _written(data)
    try:
        known = baseline.read(path)
    except UsageError as error:
        _hold_place(error, path)
        return
    known.write()
    once = Path(path).read_bytes()
    baseline.read(path).write()
    assert Path(path).read_bytes() == once


def hold_report(name: str, data: bytes) -> None:
    """A report of another run is read, or refused; what is read can be written."""
    path = _written(data)
    try:
        report = read_reports([path], "warning")
    except UsageError as error:
        _hold_place(error, path)
        return
    for reporter in REPORTERS:
        stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        write_report(reporter, report, described(rules(), report.diagnostics), stream)
        stream.flush()


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def _written(data: bytes) -> str:
    """A file with this content, for what reads no bytes."""
    path = Path(_folder().name) / "given"
    path.write_bytes(data)
    return str(path)


def _hold_place(error: UsageError, name: str) -> None:
    assert str(error).startswith(name), "a mistake is told with the file in which it is"


def _texts(kind: str, name: str, *texts: str) -> list[Seed]:
    return [Seed(kind, name, text.encode()) for text in texts]


def _reports() -> Iterator[Seed]:
    for seed in seeds()[:40]:
        stream = io.StringIO()
        write_report("json", check_text(seed.data, seed.name), rules(), stream)
        yield Seed("report", "report.json", stream.getvalue().encode())


def _baselines() -> Iterator[Seed]:
    for seed in seeds()[:40]:
        known = baseline.Baseline(str(Path(_folder().name) / "made"))
        known.add(seed.name, check_text(seed.data, seed.name).diagnostics)
        known.write()
        yield Seed("baseline", "known.json", Path(known.path).read_bytes())


CONFIGURATION = """
qemu = ">=7.2,<11"
libvirt = ">=9"
target = ["debian-13"]
select = ["options", "teaming"]
ignore = ["short-boolean"]
min-severity = "note"
exclude = ["build/", "!build/a*.xml", "**/old"]
baseline = "known.json"
require-reason = true
[rules]
extend = ["rules/ours.toml"]
[severity]
short-boolean = "error"
[per-file-ignores]
"tests/*" = ["teaming"]
"""


def targets() -> dict[str, Callable[[], Target]]:
    """All readers of bytes by name, made when they are needed."""
    options = [seed for seed in seeds() if seed.format_name not in ("xml", "none")]
    words = [Seed("argv", "words", b"\n".join(seed.data.split())) for seed in options]
    strings = [Seed("option", "x", line) for line in re.findall(rb" -(\w+ \S+)", b"".join(s.data for s in options))]
    named = re.compile(rb"^(\[+)(?=[a-z])", re.MULTILINE)  # as vmlint's own they would be refused by their names
    rule_files = [(path.name, path.read_bytes()) for path in sorted((ROOT / "rules").glob("*.toml"))]
    own = [Seed("rules", name, named.sub(rb"\1own-", data)) for name, data in rule_files]
    xml = [seed for seed in seeds() if seed.format_name == "xml"]
    shared = "[tool.vmlint]\n" + CONFIGURATION.replace("\n[", "\n[tool.vmlint.")
    configurations = _texts("configuration", "vmlint.toml", CONFIGURATION, *CONFIGURATION.split("\n"))
    made: dict[str, Callable[[], Target]] = {
        name: partial(Target, [seed for seed in seeds() if seed.format_name == name], hold) for name in FORMATS
    }
    return made | {
        "argv": partial(Target, words, hold_argv),
        "option": partial(Target, strings, hold_option),
        "scan": partial(Target, xml, hold_scan),
        "run": partial(Target, seeds(), hold_suppressed),
        "configuration": partial(
            Target, [*configurations, *_texts("configuration", "pyproject.toml", shared)], hold_configuration
        ),
        "rules": partial(Target, own, hold_rules),
        "baseline": lambda: Target([*_baselines()], hold_baseline),
        "report": lambda: Target([*_reports()], hold_report),
    }
