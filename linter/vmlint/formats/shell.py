"""Shell scripts and libvirt's `.args` files, read with tree-sitter-bash.

Found are commands that run QEMU, arrays that hold its options, and both inside heredocs.
"""

from __future__ import annotations

import itertools
import os
import re
from typing import TYPE_CHECKING

from ..model import Document, Node, Problem
from ..qemu.commandline import CommandNode, is_qemu_program
from ..qemu.options import options
from ..source import OPAQUE, Source, Span, Value
from .shell_heredoc import decode_heredoc
from .shell_quoting import utf8
from .shell_tree import Script, Token, outermost
from .spans import Text

if TYPE_CHECKING:
    import tree_sitter

SUFFIXES = (".sh", ".bash", ".ksh", ".args")
SHEBANG = re.compile(rb"#![^\n]*\b(?:ba|da|k|z)?sh\b")
HINT = re.compile(rb"qemu|kvm", re.IGNORECASE)
OPTIONS_FILE = re.compile(rb"\s*-[a-z]")
PROGRAM_VARIABLE = re.compile(r"\$\{?(\w*(?:qemu|kvm)\w*)", re.IGNORECASE)
NOT_A_PROGRAM = re.compile(
    r"arg|opt|flag|param|extra|dir|pid|sock|log|img|disk|mem|net|user|pass|port|id$", re.IGNORECASE
)
QEMU_NAME = re.compile(r"qemu|kvm", re.IGNORECASE)
TALKERS = frozenset(
    (
        *("[", "[[", "adduser", "apk", "apropos", "apt", "apt-cache", "apt-get", "apt-mark", "aptitude"),
        *("brew", "cat", "cd", "chgrp", "chmod", "chown", "cp", "dnf", "dpkg", "dpkg-query", "echo", "emerge", "eval"),
        *("file", "find", "getcap", "git", "grep", "hash", "info", "install", "killall", "ldd", "ln", "ls"),
        *("lsmod", "man", "microdnf", "mkdir", "modprobe", "mv", "nix-env", "pacman", "pgrep", "pip", "pkill"),
        *("printf", "rm", "rmmod", "rpm", "service", "setcap", "snap", "strip", "systemctl", "tdnf", "test"),
        *("touch", "type", "usermod", "virsh", "virt-install", "whereis", "which", "yum", "zypper"),
    )
)
"""Commands that speak of a program rather than run it."""
RUNNERS = frozenset(
    (
        *("bwrap", "cgexec", "chroot", "chrt", "command", "distrobox", "doas", "docker", "env", "exec"),
        *("firejail", "flatpak-spawn", "gdb", "ionice", "ip", "linux64", "ltrace", "nice", "nohup", "nsenter"),
        *("numactl", "perf", "podman", "prlimit", "rr", "runuser", "setarch", "setpriv", "setsid", "stdbuf"),
        *("strace", "su", "sudo", "systemd-run", "taskset", "time", "timeout", "unshare", "valgrind"),
        "xvfb-run",
    )
)
"""Commands that run the program named among their arguments."""
LINE_ENDS = (b"\n", b"\r", b"")
MAX_NESTING = 3


def claims(path: str, head: bytes) -> bool:
    """Whether a file is a shell script that speaks of QEMU, or holds its options one after another (`.args`)."""
    if not path.endswith(SUFFIXES) and not SHEBANG.match(head):
        return False
    return HINT.search(head) is not None or (path.endswith(".args") and OPTIONS_FILE.match(head) is not None)


def parse(path: str, data: bytes) -> Document:
    """The QEMU commands and option arrays of a script, those in its heredocs too."""
    source = Source(path, data)
    text = Text(source)
    whole = Value(text.text, lambda: tuple(text.literal(0, len(text.text), 0, utf8)))
    reader = _Reader(options_file=path.endswith(".args"))
    reader.read(whole, 0)
    return Document(source, "shell", reader.roots, reader.problems)


class _Reader:
    """Goes through a script once and collects what is of interest."""

    def __init__(self, options_file: bool) -> None:
        self.options_file = options_file
        self.roots: list[Node] = []
        self.problems: list[Problem] = []

    def read(self, value: Value, nesting: int) -> None:
        """A script, or a heredoc's body at some depth of nesting."""
        script = Script(value, nesting)
        stack = [script.root]
        while stack:
            node = stack.pop()
            if node.type in ("ERROR", "heredoc_end") and _ends_too_soon(script, node):
                self._not_read(script, node)
                return
            if node.type == "ERROR":
                if _is_open_quote(script, node) or HINT.search(script.data, node.start_byte, node.end_byte):
                    self._not_read(script, node)
                continue
            if node.is_missing and node.parent is not None:
                self._not_read(script, node.parent)
            if node.type == "command" and not node.has_error and not _is_cut(node):
                self._command(script, node)
            elif node.type == "variable_assignment" and not node.has_error:
                self._array(script, node)
            elif node.type == "heredoc_redirect" and nesting < MAX_NESTING:
                self._heredoc(script, node, nesting)
            stack.extend(reversed(node.children))

    def _command(self, script: Script, node: tree_sitter.Node) -> None:
        words = script.words(node)
        if not words and HINT.search(script.data, node.start_byte, node.end_byte):
            self._not_read(script, node)
        at = _program(words)
        if at is not None:
            assignments = [_assignment(script, part) for part in node.children if part.type == "variable_assignment"]
            env = [pair for pair in assignments if pair is not None]
            self.roots.append(CommandNode([word.value for word in words[at + 1 :]], words[at].value, env))
        elif self.options_file and words and words[0].value.text.startswith("-"):
            self.roots.append(CommandNode([word.value for word in words]))

    def _array(self, script: Script, node: tree_sitter.Node) -> None:
        array = next((child for child in node.children if child.type == "array"), None)
        if array is None:
            return
        words = script.words(array)
        name = script.value.text[slice(*script.range(node.children[0]))]
        if words and _names_qemu(words[0]):
            self.roots.append(CommandNode([word.value for word in words[1:]], words[0].value))
        elif words and (QEMU_NAME.search(name) or _has_qemu_option(words)):
            self.roots.append(CommandNode([word.value for word in words]))

    def _heredoc(self, script: Script, node: tree_sitter.Node, nesting: int) -> None:
        body = next((child for child in node.children if child.type == "heredoc_body"), None)
        start = next((child for child in node.children if child.type == "heredoc_start"), None)
        if body is None or start is None or not HINT.search(script.data, body.start_byte, body.end_byte):
            return
        word = script.value.text[slice(*script.range(start))]
        quoted = any(quote in word for quote in "'\"\\")
        tabs = node.children[0].type == "<<-"
        self.read(decode_heredoc(script.value, *script.range(body), quoted, tabs), nesting + 1)

    def _not_read(self, script: Script, node: tree_sitter.Node) -> None:
        if not script.is_script:
            return
        start = script.value.span(script.range(node)[0], script.range(node)[0]).start
        self.problems.append(Problem("shell-not-read", Span(start, start), {}))


def _is_open_quote(script: Script, error: tree_sitter.Node) -> bool:
    """Whether what cannot be read begins with a quote that is never closed; other errors matter if they name QEMU."""
    return script.data[error.start_byte : error.start_byte + 1] in (b"'", b'"', b"`")


def _ends_too_soon(script: Script, node: tree_sitter.Node) -> bool:
    """Whether a heredoc ends at a line that only begins with its end word: the grammar takes `EOF2` for `EOF`.

    What follows would be misread.
    """
    ends = outermost(node, ("heredoc_end",))
    return any(script.data[end.end_byte : end.end_byte + 1] not in LINE_ENDS for end in ends)


def _is_cut(command: tree_sitter.Node) -> bool:
    """Whether the rest of a command's line cannot be read, so that its words are not known."""
    following = command.next_sibling
    return following is not None and following.type == "ERROR" and following.start_point[0] == command.end_point[0]


def _program(words: list[Token]) -> int | None:
    """Index of the word that is the program of a command which runs QEMU.

    It is by its name, unless what stands before only speaks of programs; a short name (`kvm`) must be where a program
    can be, and a long one beats it (`sudo -u kvm qemu-system-x86_64`). Or it is a variable that clearly holds it.
    """
    names = [os.path.basename(word.value.text) for word in words]
    if names[:2] in (["command", "-v"], ["command", "-V"]):
        return None
    end = next((at for at, name in enumerate(names) if name in TALKERS), len(names))
    named = [at for at, word in enumerate(words[:end]) if _names_qemu(word)]
    first = next((at for at in named if names[at].startswith("qemu-")), named[0] if named else None)
    if first is None or words[first].value.text == OPAQUE or names[first].startswith("qemu-"):
        return first
    return first if first == 0 or names[0] in RUNNERS or OPAQUE in names[0] else None


def _names_qemu(word: Token) -> bool:
    text = word.value.text
    if text != OPAQUE:  # perhaps in a part: /usr/bin/qemu-system-$ARCH
        return is_qemu_program(text.replace(OPAQUE, "x"))
    variable = PROGRAM_VARIABLE.match(word.source.strip('"'))
    return variable is not None and not NOT_A_PROGRAM.search(variable[1])


def _has_qemu_option(words: list[Token]) -> bool:
    """Whether an option that only QEMU spells so is followed by something like its argument."""
    texts = [word.value.text for word in words]
    lexed = {f"-{name}" for name, option in options().named.items() if option.booleans}
    return any(first in lexed and not second.startswith("-") for first, second in itertools.pairwise(texts))


def _assignment(script: Script, node: tree_sitter.Node) -> tuple[Value, Value] | None:
    """Name and value of `NAME=value` before a command."""
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None or value is None:
        return None
    return script.word(name).value, script.word(value).value
