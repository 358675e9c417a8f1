"""Reports made up for the tests of reporters, and what a reporter writes of them."""

from __future__ import annotations

import io
from pathlib import Path

from vmlint.model import Diagnostic, Example, Failure, Fix, Gate, Note, Page, Report, Rule, Variant
from vmlint.reporters import write_report
from vmlint.source import Edit, Source, Span

VALIDATOR = Path(__file__).parent.parent.parent / "shared" / "tools" / "validate-sarif"

XML = b"""<domain type='kvm'>
  <interface type='network'>
    <mac address='52:54:00:11:22:33'/>
    <teaming type='persistent'/>
  </interface>
\t<qemu:arg value='socket,server,id=x'/>
</domain>
"""


def a_rule(name: str, severity: str) -> Rule:
    return Rule(
        name=name,
        topic="options",
        summary="A `short` option",
        severity=severity,
        page=lambda: Page(
            "QEMU 6.0 **warns**: [the list](https://example.org/list).",
            ("https://example.org/list", "chardev/char.c"),
            (Example("start.sh", "qemu -x `y`,server\n", "qemu -x `y`,server=on\n", ("server",), ">=6", None),),
        ),
        matches=(),
        gates=(Gate("deprecated", "qemu", (6, 0)), Gate("needs", "libvirt", (9, 1, 0))),
        variants={
            "": Variant("'{name}' has no value", severity, "Write '{name}=on'", "safe"),
            "odd": Variant("`{name}`", "note", None, "shown"),
        },
        notes={},
    )


RULES = {
    "short-boolean": a_rule("short-boolean", "warning"),
    "mac-mismatch": a_rule("mac-mismatch", "error"),
    "worth-knowing": a_rule("worth-knowing", "note"),
    "not-referred-to": a_rule("not-referred-to", "note"),
}


def span(source: Source, text: str, until: str = "") -> Span:
    """Bytes of the first occurrence of a text, or from it to the end of another."""
    start = source.data.index(text.encode(source.encoding))
    last = (until or text).encode(source.encoding)
    return Span(start, source.data.index(last, start) + len(last))


def warning(source: Source, text: str, message: str = "Odd", until: str = "") -> Diagnostic:
    return Diagnostic("short-boolean", "warning", message, source, span(source, text, until))


def report(*diagnostics: Diagnostic, files: int = 1) -> Report:
    return Report(list(diagnostics), files, [], [])


def full_report(path: str = "vm.xml") -> Report:
    source = Source(path, XML)
    server = span(source, "server")
    persistent = span(source, "persistent")
    notes = (Note("the interface it belongs to [1]", persistent), Note("set here", span(source, "mac")))
    return Report(
        [
            Diagnostic(
                "short-boolean",
                "warning",
                "'server' has no value",
                source,
                server,
                fix=Fix("Write 'server=on'", "safe", (Edit(server.end, server.end, b"=on"),)),
            ),
            Diagnostic(
                "mac-mismatch",
                "error",
                "'52:54:00:11:22:33' is not the other address.",
                source,
                span(source, "52:54:00:11:22:33"),
                notes,
                Fix("Leave out 'persistent'", "unsafe", (Edit(*persistent, b""),)),
            ),
            Diagnostic(
                "worth-knowing",
                "note",
                "'interface' takes four lines",
                source,
                span(source, "<interface", "</interface>"),
                fix=Fix("Write less", "shown", (Edit(0, 1, b"<"),)),
            ),
        ],
        3,
        [Failure("empty.xml", "the file is empty")],
        [Failure("no such/file.xml", "No such file or directory")],
        suppressed=2,
        fixed=4,
        held_back=1,
    )


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def written(name: str, what: Report, stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    write_report(name, what, RULES, stream)
    return stream.getvalue()
