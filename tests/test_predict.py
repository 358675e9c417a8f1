"""What vmlint says of random option strings is what the QEMU installed here does."""

from __future__ import annotations

import shutil

import pytest

from tests import predict


@pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="qemu-system-x86_64 is not installed")
def test_random_option_strings() -> None:
    assert list(predict.compare(300, 1, [predict.local_version()], predict.ask_local)) == []


def test_disagreements_are_seen() -> None:
    """The comparison itself can fail: a QEMU that does the opposite of what is predicted is caught."""
    option = ["-chardev", "null,id=c,mux"]
    assert predict.disagreement(option, "7.2", predict.Answer(["mux"], "")) == ""
    assert predict.disagreement(option, "7.2", predict.Answer([], "")) != ""
    assert predict.disagreement(option, "7.2", predict.Answer(["foo"], "some error")) != ""
    assert predict.disagreement(["-boot", "c,menu"], "7.2", predict.Answer([], "")) != ""
    assert predict.disagreement(["-boot", "c"], "7.2", predict.Answer([], "Expected '=' after parameter 'x'")) != ""


def test_broken_fixes_are_seen() -> None:
    """The same for fixes: one that leaves a warning, or that QEMU refuses, is caught."""
    option, fine = ["-chardev", "null,id=c,mux"], predict.Answer(["mux"], "")
    assert predict.fixed(option, "7.2") == ["-chardev", "null,id=c,mux=on"]
    assert predict.broken_fix(option, "7.2", fine, lambda *_: predict.Answer([], "")) == ""
    assert predict.broken_fix(option, "7.2", fine, lambda *_: predict.Answer(["mux"], "")) != ""
    assert predict.broken_fix(option, "7.2", fine, lambda *_: predict.Answer([], "no such thing")) != ""
