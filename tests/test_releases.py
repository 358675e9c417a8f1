"""Releases that --qemu and --libvirt name: which are admitted, and which are told to be none."""

from __future__ import annotations

from pathlib import Path

import pytest

import vmlint as library
from tests.helpers import vmlint
from vmlint.choice import target
from vmlint.discover import UsageError


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (">=72", "QEMU '>=72': no release is called 72, the newest known is 11.1; did you mean '7.2'?"),
        ("==110", "QEMU '==110': no release is called 110, the newest known is 11.1; did you mean '11.0'?"),
        (">=6.2,<110", "QEMU '>=6.2,<110': no release is called 110, the newest known is 11.1; did you mean '11.0'?"),
        ("==72.22", "QEMU '==72.22': no release is called 72.22, the newest known is 11.1; did you mean '7.2.22'?"),
        ("==72.*", "QEMU '==72.*': no release is called 72, the newest known is 11.1; did you mean '7.2'?"),
        ("<99", "QEMU '<99': no release is called 99, the newest known is 11.1"),
        ("!=2026", "QEMU '!=2026': no release is called 2026, the newest known is 11.1"),
        ("==9.3", "QEMU '==9.3': no release is called 9.3; did you mean '9.2'?"),
        ("==6.2,==9.7.1", "QEMU '==6.2,==9.7.1': no release is called 9.7.1; did you mean '9.2'?"),
        (" ,", "QEMU ' ,': no version is named; write it as in '>=6.2,<11' or '==7.2'"),
        ("7.2", "QEMU '7.2': not a version specifier; write it as in '>=6.2,<11' or '==7.2'"),
        (">=seven", "QEMU '>=seven': not a version specifier; write it as in '>=6.2,<11' or '==7.2'"),
        ("=>7.2", "QEMU '=>7.2': not a version specifier; write it as in '>=6.2,<11' or '==7.2'"),
        (">11.1", "QEMU '>11.1' admits no release; the newest known is 11.1"),
        ("<2", "QEMU '<2' admits no release; the newest known is 11.1"),
        (">=7,<6", "QEMU '>=7,<6' admits no release; the newest known is 11.1"),
    ],
)
def test_what_is_no_release_is_told_with_what_was_probably_meant(spec: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        target(spec)
    assert str(caught.value) == told
    with pytest.raises(UsageError):
        library.check_text("", qemu=spec)


@pytest.mark.parametrize(
    "spec",
    [
        *(">=6.2", "<12", ">=7.2,<13", "==7.2.22", "~=7.2", "!=7.2", ">=12", "==12.0", "==11.*", "==7.2.*"),
        *(">=9.3", "<=9.3", ">=1.5", "==1.5.3", ">=7.2,", "==6.2.0", "===7.2", "<16", "==10.2.99"),
    ],
)
def test_what_is_or_may_become_one_is_taken(spec: str) -> None:
    assert target(spec).qemu


def test_libvirt_likewise_on_the_command_line_and_in_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text("qemu-system-x86_64 -m 1G\n")
    told = "libvirt '>=96': no release is called 96, the newest known is 12.8; did you mean '9.6'?"
    done = vmlint("check", "--libvirt", ">=96", cwd=tmp_path)
    assert (done.returncode, done.stderr.decode()) == (2, f"vmlint: error: {told}\n")
    (tmp_path / "vmlint.toml").write_text("qemu = '>=7.2'\nlibvirt = '>=96'\n")
    done = vmlint("check", cwd=tmp_path)
    assert (done.returncode, done.stderr.decode()) == (2, f"vmlint: error: vmlint.toml:2: {told}\n")
    done = vmlint("config", "--no-config", "--qemu", ">=72", cwd=tmp_path)
    assert (done.returncode, done.stderr.decode()[:30]) == (2, "vmlint: error: QEMU '>=72': no")
