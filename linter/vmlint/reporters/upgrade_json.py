"""`vmlint upgrade` as JSON, version 1: keys may be added to it, never renamed or removed."""

from __future__ import annotations

from typing import TextIO

from .. import __version__
from ..model import Diagnostic
from ..targets import Distribution
from ..upgrade import Judged, UpgradeReport, VmReport
from .json_stream import JsonText
from .json_values import place_values
from .upgrade_words import doubt


def write(report: UpgradeReport, stream: TextIO) -> None:
    """Write all VMs with their verdicts and reasons, and the totals, as one JSON object."""
    document = {
        "version": 1,
        "tool": {"name": "vmlint", "version": __version__},
        "from": _target(report.origin) if report.origin else None,
        "targets": [
            _target(target)
            | {
                "totals": report.totals(index),
                "after_safe_fixes": report.totals_fixed(index, unsafe=False),
                "after_all_fixes": report.totals_fixed(index, unsafe=True),
                "fixable": {safety: report.fixable(index, safety) for safety in ("safe", "unsafe")},
            }
            for index, target in enumerate(report.targets)
        ],
        "vms": [_vm(report, each) for each in report.vms],
        "skipped": [skipped._asdict() for skipped in report.skipped],
        "failures": [failure._asdict() for failure in report.failures],
    }
    stream.write(JsonText(stream, indent=2).of(document) + "\n")


def _target(target: Distribution) -> dict[str, object]:
    return {"name": target.name, "title": target.title, "qemu": target.qemu, "libvirt": target.libvirt or None}


def _vm(report: UpgradeReport, each: VmReport) -> dict[str, object]:
    vm = each.vm
    names = [target.name for target in report.targets]
    return {
        "name": vm.name,
        "path": vm.path,
        "line": vm.line,
        "kind": vm.kind,
        "doubt": doubt(each) or None,
        "from": each.before.verdict if each.before else None,
        "on": {name: _judged(each, judged) for name, judged in zip(names, each.judged, strict=True)},
    }


def _judged(each: VmReport, judged: Judged) -> dict[str, object]:
    return {
        "verdict": judged.verdict,
        "after_safe_fixes": judged.after_safe,
        "after_all_fixes": judged.after_all,
        "reasons": [_reason(each, reason) for reason in judged.reasons],
    }


def _reason(each: VmReport, reason: Diagnostic) -> dict[str, object]:
    return {
        "rule": reason.rule,
        "severity": reason.severity,
        "effect": reason.effect,
        "message": reason.message,
        **place_values(reason.source, reason.span),
        "new": each.is_new(reason) if each.before else None,
        "fix": {"title": reason.fix.title, "safety": reason.fix.safety} if reason.fix else None,
    }
