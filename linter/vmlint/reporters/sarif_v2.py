"""SARIF 2.1.0, for code scanning services and editors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TextIO

import sarif_om as om

from ..model import Diagnostic, Failure, Fix, Note, Report, Rule
from ..source import Edit, Source, Span
from .fingerprints import identities, line_hashes
from .json_stream import JsonText
from .root_paths import repository_root
from .sarif_limits import MAX_SIZE, SEPARATOR, fitting, most_severe, size
from .sarif_places import ROOT_ID, Places, region
from .sarif_rules import sentence, tool
from .sarif_values import plain

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "vmlint/v1"

RESULTS = '"results":'
NO_RESULTS = f"{RESULTS}[]"
REMARK_SIZE = 1000
"""Bytes that are kept for telling that something was left out."""


def write(report: Report, rules: Mapping[str, Rule], stream: TextIO, category: str) -> str | None:
    """Write one run with all diagnostics, one a line, and the rules they refer to; `category` is the name of the run.

    Returns what to tell of diagnostics that were left out because the file would be refused, if any were.
    """
    diagnostics = most_severe(report.diagnostics)
    names = sorted({diagnostic.rule for diagnostic in diagnostics})
    json, places = JsonText(stream, default=plain), Places(repository_root())

    def around(remarks: list[om.Notification]) -> list[str]:
        invocation = _invocation(report.failures, remarks, places)
        run = _run([rules[name] for name in names], invocation, category)
        log = om.SarifLog(runs=[run], version="2.1.0", schema_uri=SCHEMA)
        return json.of(log).split(NO_RESULTS)

    results = _written(diagnostics, places, json, MAX_SIZE - REMARK_SIZE - sum(map(size, around([]))))
    left_out = len(report.diagnostics) - len(results)
    remark = f"{left_out} findings are left out: only the {len(results)} most severe have room in one file"
    before, after = around([_left_out(remark)] if left_out else [])
    stream.write(f"{before}{RESULTS}[\n{SEPARATOR.join(results)}]{after}\n")
    return remark if left_out else None


def _run(rules: list[Rule], invocation: om.Invocation, category: str) -> om.Run:
    return om.Run(
        tool=tool(rules),
        invocations=[invocation],
        automation_details=om.RunAutomationDetails(id=f"{category.rstrip('/')}/"),
        original_uri_base_ids={ROOT_ID: om.ArtifactLocation(description=_message("The top of the repository"))},
        column_kind="unicodeCodePoints",
        results=[],
    )


def _written(diagnostics: list[Diagnostic], places: Places, json: JsonText, room: int) -> list[str]:
    """The results as they are written, in at most so many bytes: with all that is known; if that is too much, with only
    what code scanning reads; if that is, too, the most severe."""
    results = []
    for result in _results(diagnostics, places):  # each is made, written and forgotten, as keeping them takes long
        results.append(json.of(result))
        room -= size(results[-1])
        if room < 0:
            break
    else:
        return results
    room += sum(map(size, results))
    return fitting(diagnostics, [json.of(_terse(result)) for result in _results(diagnostics, places)], room)


def _results(diagnostics: list[Diagnostic], places: Places) -> Iterator[om.Result]:
    index = {name: at for at, name in enumerate(sorted({diagnostic.rule for diagnostic in diagnostics}))}
    line_hash = _line_hashes(diagnostics)
    fingerprints = identities(diagnostics, lambda path: str(places.artifact(path).uri))
    for diagnostic, fingerprint in zip(diagnostics, fingerprints, strict=True):
        result = _result(diagnostic, index[diagnostic.rule], places)
        result.partial_fingerprints = {FINGERPRINT: fingerprint}
        line = result.locations[0].physical_location.region.start_line
        known = line_hash[id(diagnostic.source)].get(line)
        if known:
            result.partial_fingerprints["primaryLocationLineHash"] = known
        yield result


def _terse(result: om.Result) -> om.Result:
    """A result with no more than code scanning reads."""
    result.fixes = result.rule_index = None
    if len(result.partial_fingerprints) > 1:
        del result.partial_fingerprints[FINGERPRINT]
    for location in [*result.locations, *(result.related_locations or [])]:
        place = location.physical_location
        place.artifact_location = om.ArtifactLocation(uri=place.artifact_location.uri)
        place.region.snippet = place.region.byte_offset = place.region.byte_length = None
    return result


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


def _invocation(failures: list[Failure], remarks: list[om.Notification], places: Places) -> om.Invocation:
    return om.Invocation(
        execution_successful=not failures,
        tool_execution_notifications=[*(_notification(failure, places) for failure in failures), *remarks] or None,
    )


def _left_out(remark: str) -> om.Notification:
    descriptor = om.ReportingDescriptorReference(id="results-left-out", index=1)
    return om.Notification(message=_message(remark), level="warning", descriptor=descriptor)


def _notification(failure: Failure, places: Places) -> om.Notification:
    place = om.PhysicalLocation(artifact_location=places.artifact(failure.path))
    return om.Notification(
        message=_message(f"'{failure.path}' could not be checked: {failure.reason}"),
        level="error",
        descriptor=om.ReportingDescriptorReference(id="cannot-check", index=0),
        locations=[om.Location(physical_location=place)],
    )
