"""What makes words, or one string, a QEMU command line: shared by all formats, whatever their quoting.

A command is known by its program, or by an option whose value is of QEMU's grammar. What only looks like one stays out:
other VMMs with the same syntax, grammar notation from a help text, QEMU's own output.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable, Sequence

from ..light_typing import NamedTuple
from ..qemu.arguments import read_argument
from ..qemu.commandline import CommandNode, is_qemu_program
from ..qemu.options import options
from ..qemu.optstring import IMPLIED, PAIR, Param
from ..qemu.parameters import VALUE, Parameter
from ..qemu.properties import known_parameters
from ..source import OPAQUE, Piece, Text, Value, refuse
from .builder import Builder
from .hints import may_hold_options
from .not_commands import NOTATION, is_no_command
from .programs import MATCHERS, NOT_A_PROGRAM, OTHER_VMM, PROGRAM_VARIABLE, RUNNERS, TALKERS
from .shell_quoting import PLAIN
from .shell_words import decode_word
from .spans import with_opaque

WORD = re.compile(r"(?:[^\s'\"\\]|\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\")+", re.DOTALL)
BLANKS = re.compile(r"\S+")
ELLIPSIS = re.compile(r"(?<=[=:/,])(?:\.\.\.|…)|(?<![^=:/,])[A-Z][A-Z-]*\.\.\.")
"""What a text leaves out: `-drive if=none,...`, `-device e1000,DEV-OPTS...`."""
PROGRAM_HINT = re.compile(r"qemu|kvm", re.IGNORECASE)
BARE_VALUES = (
    ("-serial", re.compile(r"(?:mon:)?(?:tcp|telnet|tn3270|websocket|unix):[^,\s]+,(?:\S*,)?(?:server|nowait)\b\S*")),
    ("-chardev", re.compile(r"socket,(?=\S*\bid=)\S*")),
    ("-drive", re.compile(r"(?=\S*\b(?:if|format|media|cache)=)(?:\S+,)?file=\S+")),
)
"""Values that only QEMU has, and an option that takes them, for strings in which no option stands."""
PREFIX = re.compile(
    r"(?:--?[\w-]+=|([A-Za-z_]\w*)\+?=|\[[^]\s]*\]=)"
    r"(?=['\"\s]*(?:-|\S*qemu|\S*kvm|(?:mon:)?(?:tcp|telnet|unix|websocket):|socket,|file=))"
)
MIN_SWITCHES, MIN_NAME = 3, 4
NAMED = ("backend", "driver", "fsdriver", "qom-type", "type")
NAME = re.compile(rf"[\w.{OPAQUE}-]+")
"""What stands first in an option's argument where that is the name of a kind, and how such names look."""
NEAR_START = 8
"""Among how many words another VMM is looked for: `sudo -u vm cloud-hypervisor`."""


class Token(NamedTuple):
    """A word as the program receives it, and as it is written, which tells a variable's name."""

    value: Value
    source: str


def tokens(values: Iterable[Value], host: Text | None = None) -> list[Token]:
    """Words that are written as they are, but for opaque parts, which only the file itself knows."""
    return [
        Token(value, host.source.decode(*value.span()) if host and value.opaque else value.text) for value in values
    ]


def command_line(
    words: Iterable[Value], program: Value | None = None, env: Iterable[tuple[Value, Value]] = ()
) -> CommandNode:
    """The command line of some words, in which what a text leaves out (`...`) is not known."""
    return CommandNode([with_opaque(word, ELLIPSIS) for word in words], program, env)


def find_command(words: Sequence[Token], env: Iterable[tuple[Value, Value]] = ()) -> CommandNode | None:
    """The QEMU command line in the words of a command; None where they run something else, or that is not certain.

    Where the program is not known, only options whose values are certainly QEMU's are taken for its own.
    """
    values = [word.value for word in words]
    if is_no_command(values):
        return None
    at = program_at(words)
    if at is not None:
        return command_line(values[at + 1 :], values[at], env)
    if runs_another(words):
        return None
    return _of_unknown_program(words)


def option_list(values: Sequence[Value]) -> CommandNode | None:
    """The command line of a list that holds only its words, the program perhaps among them.

    Elements that hold several words (`"-serial tcp::1,server"`) are split.
    """
    words = [part for value in values for part in _split_element(value)]
    if is_no_command(words):
        return None
    command = find_command(tokens(words))
    if command is not None and command.program is not None:
        return command
    return command_line(words) if is_certain(words) else None


def option_string(value: Value) -> CommandNode | None:
    """The command line in one string: its words, perhaps after a prefix (`--qemu-args=-serial …`)."""
    if not may_hold_options(value.text):
        return None
    return option_list(split(value, prefix(value.text)[0]))


def bare_value(value: Value, option: str | None = None) -> CommandNode | None:
    """The value of one option by itself (`telnet::4444,server,nowait`), as that of `option` or of one that takes it.

    Without `option` only values are taken that nothing but QEMU has.
    """
    text = value.text
    if NOTATION.search(text) or any(char.isspace() for char in text):
        return None
    name = option or next((name for name, pattern in BARE_VALUES if pattern.fullmatch(text)), None)
    if name is not None and text.startswith(","):
        return rest_of_value(value, name)
    if name is None or not has_qemu_value(name, text):
        return None
    return command_line([_unwritten(name, value), value])


def rest_of_value(value: Value, option: str) -> CommandNode | None:
    """What a variable adds to the argument of `option` (`,readonly`), as it is: elsewhere it may be used otherwise."""
    text = value.text
    if not text.startswith(",") or not has_qemu_value(option, OPAQUE + text):
        return None
    before = _unwritten(OPAQUE, value).pieces
    pieces = (*before, *(piece._replace(at=piece.at + 1, encode=refuse) for piece in value.pieces))
    return command_line([_unwritten(option, value), Value(OPAQUE + text, pieces)])


def _unwritten(text: str, before: Value) -> Value:
    """A text that does not stand before a value, but belongs there."""
    start = before.span(0, 0).start
    return Value(text, (Piece(0, len(text), start, start, 0, refuse),))


def split(value: Value, start: int = 0) -> list[Value]:
    """The words of a string, read with a shell's quotes where those close, else between blanks."""
    found = WORD.finditer(value.text, start)
    if not is_closed(value.text[start:]):
        return [_verbatim(value, *match.span()) for match in BLANKS.finditer(value.text, start)]
    return [decode_word(value, *match.span(), ()) for match in found]


def _verbatim(value: Value, low: int, high: int) -> Value:
    """A part of a text whose quotes do not close: nothing that a quoting could change may be put there."""
    out = Builder(value)
    out.literal(low, high, _plain)
    return out.value(low)


def _plain(text: str) -> str | None:
    return text if PLAIN.fullmatch(text) else None


def is_closed(text: str) -> bool:
    """Whether all quotes of a text close, so that a shell could part it into words."""
    return BLANKS.search(WORD.sub("", text)) is None


def prefix(text: str) -> tuple[int, str]:
    """Where the options begin in a word such as `--qemu-args=-serial …`, and the name in `NAME=-serial …`."""
    match = PREFIX.match(text)
    return (match.end(), match[1] or "") if match else (0, "")


def program_at(words: Sequence[Token]) -> int | None:
    """Index of the word that is the program of a command which runs QEMU.

    It is by its name, unless what stands before only speaks of programs; a short name (`kvm`) must be where a program
    can be, and a long one beats it (`sudo -u kvm qemu-system-x86_64`). Or it is a variable that clearly holds it.
    """
    names = _names(words)
    if names[:2] in (["command", "-v"], ["command", "-V"]):
        return None
    end = next((at for at, name in enumerate(names) if name in TALKERS or OTHER_VMM.fullmatch(name)), len(names))
    named = [at for at, word in enumerate(words[:end]) if names_program(word)]
    first = next((at for at in named if names[at].startswith("qemu-")), named[0] if named else None)
    if first is None or words[first].value.text == OPAQUE or names[first].startswith("qemu-"):
        return first
    return first if first == 0 or names[0] in RUNNERS or OPAQUE in names[0] else None


def names_program(word: Token) -> bool:
    """Whether a word names a QEMU emulator, or is a variable that clearly holds one."""
    text = word.value.text.replace("\\", "/")
    if text != OPAQUE:  # perhaps in a part: /usr/bin/qemu-system-$ARCH
        return is_qemu_program(text.replace(OPAQUE, "x"))
    variable = PROGRAM_VARIABLE.match(word.source.strip('"'))
    if variable is None:
        return False
    return is_qemu_program(variable[2] or "") or (
        PROGRAM_HINT.search(variable[1]) is not None and not NOT_A_PROGRAM.search(variable[1])
    )


def runs_another(words: Sequence[Token]) -> bool:
    """Whether a command runs another VMM, or only speaks of programs."""
    names = _names(words)
    return any(name in TALKERS for name in names) or any(
        OTHER_VMM.search(name) or (OPAQUE in name and OTHER_VMM.search(word.source))
        for name, word in zip(names[:NEAR_START], words, strict=False)
        if not name.startswith("-")
    )


def reads_patterns(words: Sequence[Token]) -> bool:
    """Whether the strings of a command are texts to look for, not to run."""
    return any(name in MATCHERS for name in _names(words))


def is_certain(words: Sequence[Value]) -> bool:
    """Whether words are QEMU's options beyond doubt: one has a value of QEMU's grammar, or several are QEMU's alone."""
    texts = [word.text for word in words]
    if any(has_qemu_value(first, second) for first, second in itertools.pairwise(texts)):
        return True
    names = {text.lstrip("-") for text in texts if text.startswith("-")}
    known = {name for name in names if len(name) >= MIN_NAME and options().takes_argument(name) is not None}
    return len(known) >= MIN_SWITCHES and known == names


def has_qemu_value(option: str, text: str) -> bool:
    """Whether `text` is an argument of `option` as nothing but QEMU has them: with parameters that QEMU knows there."""
    name = option[2:] if option.startswith("--") else option[1:]
    if not option.startswith("-") or name not in options().named or text.startswith("-") or NOTATION.search(text):
        return False
    argument = read_argument(name, text)
    if argument.kind not in ("", "socket"):
        return True  # tcp:, telnet:, unix: after -serial, -monitor, -qmp
    known = argument.option
    if known.json and text.startswith("{"):
        return '"' in text
    first = argument.params[0] if argument.params else None
    if first is not None and first.kind == IMPLIED and first.key in NAMED and not NAME.fullmatch(first.value):
        return False  # docker run --device /dev/kvm
    parameters = known_parameters(known, text, argument.params)
    return any(_is_parameter(parameters.get(param.key), param) for param in argument.params if param.kind != IMPLIED)


def _is_parameter(known: Parameter | None, param: Param) -> bool:
    """Whether QEMU knows a parameter, as what it is written: a bare token as a boolean."""
    return known is not None and (param.kind == PAIR or known.takes != VALUE)


def _names(words: Sequence[Token]) -> list[str]:
    return [os.path.basename(word.value.text.replace("\\", "/")) for word in words]


def _of_unknown_program(words: Sequence[Token]) -> CommandNode | None:
    values = [word.value for word in words]
    if not is_certain(values):
        return None
    names = _names(words)
    if values[0].text == OPAQUE or values[0].text.startswith("-"):
        return command_line(values[not values[0].text.startswith("-") :])
    program = next((at for at, value in enumerate(values) if value.text == OPAQUE), None)
    if names[0] in RUNNERS and program is not None:
        return command_line(values[program + 1 :])
    return _certain_pairs(values)


def _certain_pairs(values: Sequence[Value]) -> CommandNode | None:
    """Only the options whose values are certainly QEMU's."""
    pairs = itertools.pairwise(values)
    words = [word for pair in pairs if has_qemu_value(pair[0].text, pair[1].text) for word in pair]
    return command_line(words) if words else None


def _split_element(value: Value) -> list[Value]:
    """The words of an element of a list: more than one only where an option and its argument stand in one string."""
    text = value.text
    if not text.lstrip().startswith("-") or not any(char.isspace() for char in text.strip()):
        return [value]
    words = split(value)
    return words if len(words) > 1 and is_certain(words) else [value]
