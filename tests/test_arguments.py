"""Options whose arguments are read in ways of their own, and what changed between releases; measured on the four QEMUs."""

from __future__ import annotations

import shlex

import pytest

import vmlint
from vmlint.fixer import apply


def found(command: str, qemu: str) -> list[tuple[str, str]]:
    """Rule and text of each finding on options."""
    report = vmlint.check_argv(["qemu-system-x86_64", *shlex.split(command)], qemu=qemu, select=["options"])
    return [(d.rule, d.source.decode(*d.span)) for d in report.diagnostics]


def fixes(command: str, qemu: str) -> list[tuple[str, str]]:
    """Safety of each fix, and the command with it alone."""
    report = vmlint.check_argv(["qemu-system-x86_64", *shlex.split(command)], qemu=qemu)
    made = [(d.fix, d.source.data) for d in report.diagnostics if d.fix is not None]
    return [(fix.safety, apply(data, fix.edits).decode().strip().partition(" ")[2]) for fix, data in made]


class TestIncoming:
    """11.x reads the parameters of `tcp:` as an option string; older releases look for words in the text."""

    def test_older_releases_know_no_short_form(self) -> None:
        assert found("-incoming tcp:0:4444,ipv4,noipv6,foo", "==10.0") == []

    def test_newer_releases_do(self) -> None:
        expected = [("short-boolean", "ipv4"), ("short-boolean", "noipv6"), ("unknown-flag", "foo")]
        assert found("-incoming tcp:0:4444,ipv4,noipv6,foo", "==11.1") == expected

    def test_what_older_ones_pass_over_is_not_safe_to_write_out(self) -> None:
        """`noipv4` is passed over by 10.0, `ipv4=off` obeyed."""
        both = fixes("-incoming tcp:0:4444,noipv4", ">=10.0")
        assert both == [("unsafe", "-incoming tcp:0:4444,ipv4=off")]
        assert fixes("-incoming tcp:0:4444,noipv4", "==11.1") == [("safe", "-incoming tcp:0:4444,ipv4=off")]
        assert fixes("-incoming tcp:0:4444,ipv4", ">=10.0") == [("safe", "-incoming tcp:0:4444,ipv4=on")]

    @pytest.mark.parametrize("address", ["unix:m.sock,server,nowait", "exec:cat,ipv4", "file:a,b", "fd:3", "defer"])
    def test_other_addresses_are_one_text(self, address: str) -> None:
        assert found(f"-incoming {address}", "==11.1") == []

    def test_a_channel_has_no_short_form(self) -> None:
        assert found("-incoming main,addr.transport=socket,foo", "==11.1") == [("unknown-flag", "foo")]

    @pytest.mark.parametrize("channel", ["foo,ipv4", "keep-alive=on,ipv4", "x-y:1,ipv4", "defer,ipv4"])
    def test_what_is_no_address_is_read_as_a_channel(self, channel: str) -> None:
        """Found by tests/predict.py; 5.2 and 7.2 refuse these as unknown protocols, 10.0 and 11.1 for want of a `=`."""
        assert found(f"-incoming {channel}", "==10.0") == [("unknown-flag", "ipv4")]

    @pytest.mark.parametrize("address", ["TCP:1:2,ipv4", ":1,ipv4"])
    def test_an_unknown_protocol_is_left_alone(self, address: str) -> None:
        assert found(f"-incoming {address}", "==11.1") == []


class TestSet:
    """`-set group.id.parameter=text` is a parameter of the group's option."""

    @pytest.mark.parametrize("value", ["on", "off", "yes", "a,b"])
    def test_right_values_are_silent(self, value: str) -> None:
        assert found(f"-set device.e.multifunction={value}", "==7.2") == []

    def test_a_boolean_that_is_none(self) -> None:
        assert found("-set device.e.multifunction=1", "==7.2") == [("boolean-not-on-or-off", "1")]
        assert fixes("-set device.e.multifunction=1", "==7.2") == [("safe", "-set device.e.multifunction=on")]

    @pytest.mark.parametrize("text", ["e.multifunction=1", "machine.x.usb=1", "other.x.usb=1", "="])
    def test_what_is_no_such_parameter_is_left_alone(self, text: str) -> None:
        assert found(f"-set {text}", "==11.1") == []

    @pytest.mark.parametrize("text", ["device.e.multifunction", "device.e.nomultifunction", "device.e"])
    def test_without_a_value(self, text: str) -> None:
        """Refused by all four: "can't parse"; so there is no short form."""
        assert found(f"-set {text}", "==5.2") == [("parameter-without-value", text)]
        assert fixes(f"-set {text}", "==5.2") == []


class TestJson:
    """Which options read JSON, and since when."""

    @pytest.mark.parametrize(
        ("option", "first"),
        [("-device", "6.2"), ("-object", "6.0"), ("-netdev", "7.2"), ("-blockdev", "5.2"), ("-display", "5.2")],
    )
    def test_since(self, option: str, first: str) -> None:
        line = f'{option} \'{{"driver": "x"}}\''
        assert found(line, f"=={first}") == []
        assert found(line, ">=5.2") == ([] if first == "5.2" else [("json-not-read", '{"driver": "x"}')])

    @pytest.mark.parametrize("option", ["-chardev", "-drive", "-machine", "-mon", "-smp", "-nic"])
    def test_never(self, option: str) -> None:
        line = f'{option} \'{{"driver": "x", "id": "c"}}\''
        assert [rule for rule, _ in found(line, "==10.0")] == ["json-not-read"]

    @pytest.mark.parametrize("line", ["-name '{\"a\"'", "-append '{\"a\": 1}'", "-chardev {x}", "-serial '{\"a\"'"])
    def test_what_may_be_another_text_is_left_alone(self, line: str) -> None:
        assert "json-not-read" not in [rule for rule, _ in found(line, "==11.1")]


class TestReleasesThatLackIt:
    """A parameter that came later: no form is right before."""

    @pytest.mark.parametrize(
        ("command", "without", "having"),
        [
            ("-object memory-backend-ram,id=m,size=1M,reserve", "5.2", "7.2"),
            ("-accel tcg,one-insn-per-tb", "7.2", "10.0"),
            ("-accel tcg,split-wx", "5.2", "7.2"),
            ("-vnc :1,power-control", "5.2", "6.0"),
            ("-run-with exit-with-parent", "10.0", "11.1"),
        ],
    )
    def test_fixed_only_where_every_release_has_it(self, command: str, without: str, having: str) -> None:
        assert [safety for safety, _ in fixes(command, f"=={having}")] == ["safe"]
        assert fixes(command, f">={without}") == []
        report = vmlint.check_argv(["qemu-system-x86_64", *command.split()], qemu=f">={without}")
        assert [d.severity for d in report.diagnostics] == ["error"]
        assert f"QEMU {without} has no" in report.diagnostics[0].message
        assert f"QEMU {having} has it" in report.diagnostics[0].message


def test_the_last_type_of_a_netdev_says_which_parser_reads_it() -> None:
    """Found by tests/predict.py: `type` alone is `type=on`, which is not stream any more."""
    assert found("-netdev stream,id=n,server", "==7.2") == [("short-boolean", "server")]
    assert found("-netdev stream,id=n,restrict,type", "==7.2") == [
        ("short-boolean", "restrict"),
        ("parameter-without-value", "type"),
    ]
