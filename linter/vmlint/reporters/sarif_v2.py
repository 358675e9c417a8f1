"""SARIF 2.1.0, for code scanning services and editors."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import TextIO

import sarif_om as om

from ..model import Diagnostic, Failure, Fix, Note, Report, Rule
from ..source import Edit, Source, Span
from .fingerprints import line_hashes
from .json_stream import JsonText
from .sarif_places import ROOT_ID, Places, region, repository_root
from .sarif_rules import sentence, tool
from .sarif_values import plain

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "vmlint/v1"

RESULTS = '"results":'
NO_RESULTS = f"{RESULTS}[]"
SEPARATOR = ",\n"


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO) -> None:
    """Write one run with all diagnostics, one a line, and the rules they refer to."""
    names = sorted({diagnostic.rule for diagnostic in report.diagnostics})
    places = Places(repository_root())
    run = om.Run(
        tool=tool([rules[name] for name in names]),
        invocations=[_invocation(report.failures, places)],
        automation_details=om.RunAutomationDetails(id="vmlint/"),
        original_uri_base_ids={ROOT_ID: om.ArtifactLocation(description=_message("The top of the repository"))},
        column_kind="unicodeCodePoints",
        results=[],
    )
    json = JsonText(stream, default=plain)
    before, after = json.of(om.SarifLog(runs=[run], version="2.1.0", schema_uri=SCHEMA)).split(NO_RESULTS)
    # Each result is made, written and forgotten, as keeping ten thousand trees takes longer than making them.
    results = map(json.of, _results(report.diagnostics, names, places))
    stream.write(f"{before}{RESULTS}[\n{SEPARATOR.join(results)}]{after}\n")


def _results(diagnostics: list[Diagnostic], names: list[str], places: Places) -> Iterator[om.Result]:
    index = {name: at for at, name in enumerate(names)}
    line_hash = _line_hashes(diagnostics)
    seen: Counter[str] = Counter()
    for diagnostic in diagnostics:
        result = _result(diagnostic, index[diagnostic.rule], places)
        identity = _identity(diagnostic, places)
        seen[identity] += 1
        result.partial_fingerprints = {FINGERPRINT: f"{identity}:{seen[identity]}"}
        line = result.locations[0].physical_location.region.start_line
        known = line_hash[id(diagnostic.source)].get(line)
        if known:
            result.partial_fingerprints["primaryLocationLineHash"] = known
        yield result


def _result(diagnostic: Diagnostic, rule_index: int, places: Places) -> om.Result:
    source, notes = diagnostic.source, diagnostic.notes
    related = [_related(number, note, source, places) for number, note in enumerate(notes, 1)]
    fix = diagnostic.fix
    return om.Result(
        rule_id=diagnostic.rule,
        rule_index=rule_index,
        level=diagnostic.severity,
        message=_message(" ".join([sentence(diagnostic.message), *map(_link, range(1, len(notes) + 1), notes)])),
        locations=[om.Location(physical_location=places.physical(source, diagnostic.span))],
        related_locations=related or None,
        fixes=[_fix(fix, source, places)] if fix and fix.safety != "shown" else None,
    )


def _message(text: str) -> om.Message:
    return om.Message(text=sentence(text))


def _link(number: int, note: Note) -> str:
    """A note as a link to its place: code scanning shows only those related places that the message links to."""
    words = note.message.removesuffix(".")
    for special in "\\[]":
        words = words.replace(special, f"\\{special}")
    return f"[{words}]({number})."


def _related(number: int, note: Note, source: Source, places: Places) -> om.Location:
    physical = places.physical(source, note.span)
    return om.Location(id=number, physical_location=physical, message=_message(note.message))


def _fix(fix: Fix, source: Source, places: Places) -> om.Fix:
    words = fix.title if fix.safety == "safe" else f"{fix.title} (unsafe: look at the result)"
    change = om.ArtifactChange(
        artifact_location=places.artifact(source.path),
        replacements=[_replacement(edit, source) for edit in fix.edits],
    )
    return om.Fix(description=_message(words), artifact_changes=[change])


def _replacement(edit: Edit, source: Source) -> om.Replacement:
    text = edit.text.decode(source.encoding, "replace")
    inserted = om.ArtifactContent(text=text) if text else None
    return om.Replacement(deleted_region=region(source, Span(edit.start, edit.end)), inserted_content=inserted)


def _line_hashes(diagnostics: list[Diagnostic]) -> dict[int, dict[int, str]]:
    """GitHub's hash of each line on which a finding begins, by the identity of the source and by line."""
    sources: dict[int, Source] = {}
    lines: defaultdict[int, set[int]] = defaultdict(set)
    for diagnostic in diagnostics:
        source = diagnostic.source
        sources[id(source)] = source
        lines[id(source)].add(source.position(diagnostic.span.start).line)
    return {key: line_hashes(source.data, lines[key]) for key, source in sources.items()}


def _identity(diagnostic: Diagnostic, places: Places) -> str:
    """What stays the same of a finding when lines move: the rule, the file and the text it is about."""
    span, source = diagnostic.span, diagnostic.source
    parts = (diagnostic.rule.encode(), places.artifact(source.path).uri.encode(), source.data[span.start : span.end])
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


def _invocation(failures: list[Failure], places: Places) -> om.Invocation:
    return om.Invocation(
        execution_successful=not failures,
        tool_execution_notifications=[_notification(failure, places) for failure in failures] or None,
    )


def _notification(failure: Failure, places: Places) -> om.Notification:
    place = om.PhysicalLocation(artifact_location=places.artifact(failure.path))
    return om.Notification(
        message=_message(f"'{failure.path}' could not be checked: {failure.reason}"),
        level="error",
        descriptor=om.ReportingDescriptorReference(id="cannot-check", index=0),
        locations=[om.Location(physical_location=place)],
    )
