"""QEMU's option strings, rule by rule as measured on QEMU 5.2, 7.2, 10.0 and 11.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counting import calls_of
from vmlint.qemu.commandline import CommandNode, OptionNode
from vmlint.qemu.optstring import FLAG, IMPLIED, PAIR, CharDevice, Param, lex_chardev_compat, lex_opts
from vmlint.source import OPAQUE, Value

OPTION_TEXT = st.text(st.sampled_from([*",,,,==nowaitserver:/", OPAQUE, "é", "\U0001f600", " ", "\n"]), max_size=40)
IMPLIED_KEY = st.sampled_from([None, "backend"])

Short = tuple[str, str, str]


def short(params: list[Param]) -> list[Short]:
    return [(param.kind, param.key, param.value) for param in params]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a=b", [(PAIR, "a", "b")]),
        ("a=", [(PAIR, "a", "")]),
        ("=b", [(PAIR, "", "b")]),
        (" A =b ", [(PAIR, " A ", "b ")]),  # nothing is trimmed
        ("a=b=c", [(PAIR, "a", "b=c")]),
        # commas in a value: an even run is data, an odd run is data and one separator
        ("path=a,,b", [(PAIR, "path", "a,b")]),
        ("path=a,,,server", [(PAIR, "path", "a,"), (FLAG, "server", "on")]),
        ("path=a,,,,server", [(PAIR, "path", "a,,server")]),
        ("path=,,a", [(PAIR, "path", ",a")]),
        ("path=a,,", [(PAIR, "path", "a,")]),
        ("path=a,,server", [(PAIR, "path", "a,server")]),
        # flags: no escape, and "no" is cut off whatever follows
        ("server", [(FLAG, "server", "on")]),
        ("server,,nowait", [(FLAG, "server", "on"), (FLAG, "", "on"), (FLAG, "wait", "off")]),
        ("node-name", [(FLAG, "de-name", "off")]),
        ("non-adaptive", [(FLAG, "n-adaptive", "off")]),
        ("normal", [(FLAG, "rmal", "off")]),
        ("no-wait", [(FLAG, "-wait", "off")]),
        ("no", [(FLAG, "", "off")]),
        ("noid", [(FLAG, "id", "off")]),
        ("nowait=on", [(PAIR, "nowait", "on")]),
        ("NOwait", [(FLAG, "NOwait", "on")]),
        ("x-no-mmap", [(FLAG, "x-no-mmap", "on")]),
        ("help,?", [(FLAG, "help", "on"), (FLAG, "?", "on")]),
        # one comma is skipped between parameters
        ("server,", [(FLAG, "server", "on")]),
        ("a=b,", [(PAIR, "a", "b")]),
        (",server", [(FLAG, "", "on"), (FLAG, "server", "on")]),
        (",", [(FLAG, "", "on")]),
        ("a=b,server,nowait", [(PAIR, "a", "b"), (FLAG, "server", "on"), (FLAG, "wait", "off")]),
        ("file=disk,a.img", [(PAIR, "file", "disk"), (FLAG, "a.img", "on")]),
        ('{"id":1,"a":2}', [(FLAG, '{"id":1', "on"), (FLAG, '"a":2}', "on")]),
    ],
)
def test_without_an_implied_key(text: str, expected: list[Short]) -> None:
    assert short(lex_opts(text, None)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("socket", [(IMPLIED, "backend", "socket")]),
        ("none,id=x", [(IMPLIED, "backend", "none"), (PAIR, "id", "x")]),  # no "no" prefix in a value
        ("server,server", [(IMPLIED, "backend", "server"), (FLAG, "server", "on")]),
        ("so,,cket,id=x", [(IMPLIED, "backend", "so,cket"), (PAIR, "id", "x")]),  # it is escaped as a value is
        (",socket", [(IMPLIED, "backend", ""), (FLAG, "socket", "on")]),
        ("id=x,socket", [(PAIR, "id", "x"), (FLAG, "socket", "on")]),
        ("backend=socket,server", [(PAIR, "backend", "socket"), (FLAG, "server", "on")]),
    ],
)
def test_with_an_implied_key(text: str, expected: list[Short]) -> None:
    assert short(lex_opts(text, "backend")) == expected


def test_offsets_and_ranges() -> None:
    implied, pair, flag = lex_opts("so,,ck,path=a,,,nowait,", "backend")
    assert implied == Param(IMPLIED, "backend", "so,ck", 0, 6, ((0, 3), (4, 6)))
    assert pair == Param(PAIR, "path", "a,", 7, 15, ((12, 14), (15, 15)))
    assert flag == Param(FLAG, "wait", "off", 16, 22, ())


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("tcp::4444,server,nowait", "tcp", [(FLAG, "server", "on"), (FLAG, "wait", "off")]),
        ("tcp:localhost:4444,server=on", "tcp", [(PAIR, "server", "on")]),
        ("tcp:a,server:4444,nowait", "tcp", [(FLAG, "wait", "off")]),  # the host runs to the colon, commas and all
        ("tcp:[::1]:4444,server", "tcp", [(FLAG, "server", "on")]),
        ("tcp::4444", "tcp", []),
        ("telnet:0.0.0.0:23,server", "telnet", [(FLAG, "server", "on")]),
        ("tn3270::23,server", "tn3270", [(FLAG, "server", "on")]),
        ("websocket::80,server", "websocket", [(FLAG, "server", "on")]),
        ("mon:tcp::1,server", "tcp", [(FLAG, "server", "on")]),
        ("mon:unix:/s,nowait", "unix", [(IMPLIED, "path", "/s"), (FLAG, "wait", "off")]),
        ("tcp::1,server,,nowait", "tcp", [(FLAG, "server", "on"), (FLAG, "", "on"), (FLAG, "wait", "off")]),
        ("unix:/s,server", "unix", [(IMPLIED, "path", "/s"), (FLAG, "server", "on")]),
        ("unix:path=/s,server", "unix", [(PAIR, "path", "/s"), (FLAG, "server", "on")]),
        ("unix:/a,,b,server", "unix", [(IMPLIED, "path", "/a,b"), (FLAG, "server", "on")]),
        ("unix:server", "unix", [(IMPLIED, "path", "server")]),
        (f"tcp:{OPAQUE},server", "tcp", [(FLAG, "server", "on")]),  # HOST:PORT may be in the variable
        (f"tcp:{OPAQUE},server,logfile=/a:b", "tcp", [(FLAG, "server", "on"), (PAIR, "logfile", "/a:b")]),
        (f"tcp:{OPAQUE}:1,server", "tcp", [(FLAG, "server", "on")]),
        (f"unix:{OPAQUE},server", "unix", [(IMPLIED, "path", OPAQUE), (FLAG, "server", "on")]),
        (f"{OPAQUE},server,nowait", "socket", [(FLAG, "server", "on"), (FLAG, "wait", "off")]),
        (f"mon:{OPAQUE},nowait", "socket", [(FLAG, "wait", "off")]),
    ],
)
def test_compat_sockets(text: str, kind: str, expected: list[Short]) -> None:
    device = lex_chardev_compat(text)
    assert (device.kind, short(device.params)) == (kind, expected)


@pytest.mark.parametrize(
    "text",
    [
        *("file:o.txt,append", "pipe:p,server", "/dev/ttyS0,server", "COM1,server", "pty:p,server", "chardev:c,server"),
        *("stdio,server", "null", "pty,mux", "msmouse", "mon:stdio,server", "", "mon:", ",server", "server,nowait"),
        *("vc:80Cx24C,server", "udp:1.2.3.4:5@:6,server", "udp::5,nowait"),
        *("none", "none,server", "nonetcp::1,server", "none:tcp::1,server"),
        *("tcp,server", "unix,server", "tcp:server", "tcp:host,server", "tcp::,server", "TCP::1,server"),
    ],
)
def test_compat_devices_without_parameters(text: str) -> None:
    assert lex_chardev_compat(text) == CharDevice("", [])


@given(OPTION_TEXT, IMPLIED_KEY, st.integers(0, 40))
def test_parameters_tile_the_text(text: str, implied: str | None, at: int) -> None:
    for param in lex_opts(text, implied, at):
        assert param.start == at
        assert param.end == len(text) or text[param.end] == ","
        at = param.end + 1
    assert at >= len(text)  # nothing is left over


@given(OPTION_TEXT, IMPLIED_KEY)
def test_a_value_is_the_text_of_its_ranges(text: str, implied: str | None) -> None:
    for param in lex_opts(text, implied):
        written = text[param.start : param.end]
        if param.kind == FLAG:
            assert written == (f"no{param.key}" if param.value == "off" else param.key)
            assert "=" not in written
            continue
        key = "" if param.kind == IMPLIED else f"{param.key}="
        assert param.value == "".join(text[low:high] for low, high in param.value_ranges)
        assert written == key + param.value.replace(",", ",,")


@given(st.lists(st.tuples(st.text("abc-.", min_size=1), st.text("abc,=no ")), min_size=1))
def test_what_is_written_with_doubled_commas_is_read_back(pairs: list[tuple[str, str]]) -> None:
    text = ",".join(f"{key}={value.replace(',', ',,')}" for key, value in pairs)
    assert short(lex_opts(text, "backend")) == [(PAIR, key, value) for key, value in pairs]


@given(st.sampled_from(["", "mon:", "tcp:", "mon:unix:", "telnet:", "unix:", "vc:"]), OPTION_TEXT)
def test_compat_never_raises_and_tiles_the_end(prefix: str, rest: str) -> None:
    text = prefix + rest
    device = lex_chardev_compat(text)
    assert bool(device.kind) or not device.params
    for before, after in zip(device.params, device.params[1:], strict=False):
        assert (before.end + 1, text[before.end]) == (after.start, ",")
    if device.params:
        assert device.params[-1].end >= len(text) - 1


@pytest.mark.parametrize("text", ["a," * 100_000, "a=b," * 100_000, "a=" + "," * 500_000, "," * 100_000])
def test_long_arguments_take_work_in_proportion(text: str) -> None:
    assert lex_opts(text, None)
    half = calls_of(lambda: lex_opts(text[: len(text) // 2], None))
    assert calls_of(lambda: lex_opts(text, None)) <= 2.1 * half + 100


def option(*words: str) -> OptionNode:
    (node,) = CommandNode([Value(word, ()) for word in words]).children
    assert isinstance(node, OptionNode)
    return node


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ("-chardev", "socket,id=c,server"),
            [(IMPLIED, "backend", "socket"), (PAIR, "id", "c"), (FLAG, "server", "on")],
        ),
        (("--serial", "tcp::1,nowait"), [(FLAG, "wait", "off")]),
        (("-device", '{"driver":"e1000","multifunction":true}'), []),  # JSON is not lexed by comma
        (("-display", "vnc=:1,password"), [(IMPLIED, "vnc", ":1"), (FLAG, "password", "on")]),
        (("-global", "e1000.mac=a,b"), []),  # driver.property=text
        (("-global", "driver=e1000,value"), [(PAIR, "driver", "e1000"), (FLAG, "value", "on")]),
        (("-monitor", "none,server"), []),
        (("-kernel", "a,nowait"), []),
        (("-append", "server,nowait"), []),
    ],
)
def test_each_option_reads_its_argument_in_its_own_way(words: tuple[str, str], expected: list[Short]) -> None:
    assert short(option(*words).params) == expected


def test_options_take_the_words_that_qemu_gives_them() -> None:
    words = ["-nographic", "disk.img", "-serial", "-daemonize", "-", "--enable-kvm", "-unknown", "value", "-S"]
    command = CommandNode([Value(word, ()) for word in words])
    options = [node for node in command.children if isinstance(node, OptionNode)]
    found = [(node.name, node.argument.text if node.argument else None) for node in options]
    expected = [("-nographic", None), ("-serial", "-daemonize"), ("-enable-kvm", None), ("-unknown", "value")]
    assert found == [*expected, ("-S", None)]
