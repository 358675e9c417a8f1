"""Files made to be as costly as can be: what each is made of, over and over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

BLOCK = 10_000
NUMBER = "{n}"


class Shape(NamedTuple):
    """A file that begins with `head`, then has `unit` again and again, then `closing` as often, then `tail`.

    In a unit, `{n}` is its number.
    """

    name: str
    file: str
    head: str
    unit: str
    tail: str = ""
    closing: str = ""
    encoding: str = "utf-8"

    def write(self, path: Path, size: int) -> None:
        """Make a file of so many bytes, or a little fewer; at no time it is in memory."""
        fixed = len(self._encoded(self.head + self.tail))
        each = len(self._encoded(self.unit.replace(NUMBER, "000000") + self.closing))
        count = max(1, (size - fixed) // each)
        with path.open("wb") as stream:
            stream.write(self.head.encode(self.encoding))
            for low, high in _blocks(count):
                text = self.unit * (high - low)
                if NUMBER in self.unit:
                    text = "".join(self.unit.replace(NUMBER, f"{at:06}") for at in range(low, high))
                stream.write(self._encoded(text))
            for low, high in _blocks(count if self.closing else 0):
                stream.write(self._encoded(self.closing * (high - low)))
            stream.write(self._encoded(self.tail))

    def _encoded(self, text: str) -> bytes:
        return text.encode("utf-16-le" if self.encoding == "utf-16" else self.encoding)


def _blocks(count: int) -> Iterator[tuple[int, int]]:
    return ((low, min(low + BLOCK, count)) for low in range(0, count, BLOCK))


DOMAIN = "<domain type='kvm'><name>a</name>"
DEVICES = DOMAIN + "<memory>1</memory><os><type>hvm</type></os><devices>"
END = "</domain>"
QEMU = "qemu-system-x86_64 -m 1 "
LOG = "2024-01-01 00:00:00.000+0000: starting up libvirt version: 9.0.0\nLC_ALL=C \\\n/usr/bin/qemu-system-x86_64"
COMMAND = "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>a</name><qemu:commandline>"
SHAPES = (
    Shape("xml small elements", "x.xml", DOMAIN, "<a/>", tail=END),
    Shape(
        "xml devices",
        "x.xml",
        DEVICES,
        "<disk type='file'><target dev='vda' bus='virtio'/></disk>\n",
        tail="</devices>" + END,
    ),
    Shape(
        "xml interfaces",
        "x.xml",
        DEVICES,
        "<interface type='user'><mac address='52:54:00:00:00:01'/><teaming type='persistent'/></interface>\n",
        tail="</devices>" + END,
    ),
    Shape("xml unknown", "x.xml", DOMAIN, "<unknown_{n} a='b'/>\n", tail=END),
    Shape("xml attributes", "x.xml", "<domain type='kvm'", " a{n}='1'", tail="/>"),
    Shape("xml attribute", "x.xml", "<domain type='kvm' a='", "x", tail="'/>"),
    Shape("xml text", "x.xml", DOMAIN + "<title>", "x", tail="</title>" + END),
    Shape("xml text wide", "x.xml", DOMAIN + "<title>", "é", tail="</title>" + END),
    Shape("xml text refs", "x.xml", DOMAIN + "<title>", "&amp;", tail="</title>" + END),
    Shape("xml comments", "x.xml", DOMAIN, "<!-- a -->", tail=END),
    Shape("xml suppressions", "x.xml", DOMAIN, "<!-- vmlint: ignore[short-boolean] a -->\n", tail=END),
    Shape("xml suppressed names", "x.xml", DOMAIN + "<!-- vmlint: ignore[", "ab,", tail="] -->" + END),
    Shape("xml deep", "x.xml", DOMAIN, "<a>", tail=END, closing="</a>"),
    Shape("xml open", "x.xml", DOMAIN, "<a>"),
    Shape(
        "xml args",
        "x.xml",
        COMMAND,
        "<qemu:arg value='-serial'/><qemu:arg value='tcp::1,server,nowait'/>\n",
        tail="</qemu:commandline>" + END,
    ),
    Shape(
        "xml arg flags",
        "x.xml",
        COMMAND + "<qemu:arg value='-serial'/><qemu:arg value='tcp::1",
        ",nowait",
        tail="'/></qemu:commandline>" + END,
    ),
    Shape("xml documents", "x.xml", "", DOMAIN + "</domain>\n"),
    Shape("xml documents bad", "x.xml", "", "<domain type='kvm'><a></domain></a>\n"),
    Shape("xml template", "x.xml", DOMAIN, "{{ if a }}<a/>{{ end }}\n", tail=END),
    Shape("xml prolog comments", "x.xml", "", "<!---->", tail="<domain/>"),
    Shape("xml entities", "x.xml", "<!DOCTYPE domain [", "<!ENTITY a{n} 'b'>", tail="]><domain/>"),
    Shape("xml namespaces", "x.xml", "<domain type='kvm'", " xmlns:a{n}='b'", tail="/>"),
    Shape("xml prefixes", "x.xml", DOMAIN, "<p{n}:a/>", tail=END),
    Shape("xml networks", "x.xml", "", "<network><name>n{n}</name></network>\n"),
    Shape("xml metadata", "x.xml", DOMAIN + "<metadata>", "<a xmlns='b'/>", tail="</metadata>" + END),
    Shape("xml utf16", "x.xml", DOMAIN, "<a/>", tail=END, encoding="utf-16"),
    Shape("sh commands", "x.sh", "", QEMU + "-serial tcp::1,server=on\n"),
    Shape("sh findings", "x.sh", "", QEMU + "-serial tcp::1,server,nowait\n"),
    Shape("sh other commands", "x.sh", QEMU + "\n", "echo hello world\n"),
    Shape("sh word", "x.sh", QEMU + "-append ", "x", tail="\n"),
    Shape("sh flags", "x.sh", QEMU + "-serial tcp::1", ",nowait", tail="\n"),
    Shape("sh options", "x.sh", QEMU, "-serial none ", tail="\n"),
    Shape("sh lines", "x.sh", QEMU, "\\\n -serial none ", tail="\n"),
    Shape("sh quotes", "x.sh", QEMU + "-append ", "'\"", tail="\n"),
    Shape("sh open dquotes", "x.sh", QEMU + "-append ", '"$('),
    Shape("sh arrays", "x.sh", "", "a=(-serial tcp::1,server=on)\n"),
    Shape("sh open arrays", "x.sh", "", "a=(-serial "),
    Shape("sh open arrays lines", "x.sh", "", "a=(-serial tcp::1,server\n"),
    Shape("sh nested parens", "x.sh", QEMU + "\n", "(", tail="\n", closing=")"),
    Shape("sh open parens", "x.sh", QEMU + "\n", "("),
    Shape("sh open braces", "x.sh", QEMU + "\n", "{ "),
    Shape("sh dollar commas", "x.sh", QEMU + "-serial ", "$,"),
    Shape("sh vars", "x.sh", QEMU + "-serial ", "$a,"),
    Shape("sh vars2", "x.sh", QEMU + "-serial ", "${a:-b},"),
    Shape("sh nested expansions", "x.sh", QEMU + "-serial ", "${a:-", tail="\n", closing="}"),
    Shape("sh heredocs", "x.sh", QEMU + "\n", "cat <<E\nqemu-system-x86_64 -m 1\nE\n"),
    Shape("sh open heredocs", "x.sh", QEMU + "\n", "cat <<E{n}\n"),
    Shape("sh heredoc", "x.sh", QEMU + "\ncat <<E\n", QEMU + "-serial tcp::1,server=on\n", tail="E\n"),
    Shape("sh heredoc false", "x.sh", QEMU + "\ncat <<E\n", "E2\n", tail="E\n"),
    Shape("sh if", "x.sh", QEMU + "\n", "if a; then ", tail="\n", closing=" fi;"),
    Shape("sh open if", "x.sh", QEMU + "\n", "if a; then "),
    Shape("sh open case", "x.sh", QEMU + "\n", "case a in b) "),
    Shape("sh errors", "x.sh", QEMU + "\n", ") ; qemu-system-x86_64 -serial tcp::1,server\n"),
    Shape("sh backquotes", "x.sh", QEMU + "\n", "`"),
    Shape("sh backslashes", "x.sh", QEMU + "\n", "\\"),
    Shape("sh dollars", "x.sh", QEMU + "\n", "$"),
    Shape("sh dollar paren", "x.sh", QEMU + "\n", "$("),
    Shape("sh less", "x.sh", QEMU + "\n", "<"),
    Shape("sh semis", "x.sh", QEMU + "\n", ";"),
    Shape("sh amp", "x.sh", QEMU + "\n", "&"),
    Shape("sh bars", "x.sh", QEMU + "\n", "| a "),
    Shape("sh open brackets", "x.sh", QEMU + "\n", "[[ "),
    Shape("sh subscript", "x.sh", QEMU + "\n", "a["),
    Shape("sh braces", "x.sh", QEMU + "-append ", "{a,", tail="\n", closing="}"),
    Shape("sh function", "x.sh", QEMU + "\n", "f() { "),
    Shape("sh arith", "x.sh", QEMU + "\n", "$((1+"),
    Shape("sh assigns", "x.sh", QEMU + "\n", 'a="-serial tcp::1,server"\n'),
    Shape("sh suppress", "x.sh", "", QEMU + "-serial tcp::1,server # vmlint: ignore[short-boolean] why\n"),
    Shape("sh suppressions", "x.sh", QEMU + "\n", "#vmlint:ignore[]\n"),
    Shape("sh suppressed names", "x.sh", QEMU + "\n# vmlint: ignore[", "ab, ", tail="]\n"),
    Shape("sh nested c", "x.sh", QEMU + "\n", "sh -c 'qemu-system-x86_64 -m 1 -serial tcp::1,server' \n"),
    Shape("sh words", "x.sh", QEMU + "\n", "a "),
    Shape("sh comments", "x.sh", QEMU + "\n", "# qemu-system-x86_64 -m 1\n"),
    Shape("sh nul", "x.sh", "", "qemu-system-x86_64 -m\x001\n"),
    Shape("py list", "x.py", "a=[", "'-chardev', 'tcp::1,server=on',\n", tail="]"),
    Shape("py lists", "x.py", "", "a=['qemu-system-x86_64', '-chardev', 'tcp::1,server=on']\n"),
    Shape("py findings", "x.py", "", "a=['qemu-system-x86_64', '-chardev', 'tcp::1,server,nowait']\n"),
    Shape("py nested", "x.py", "a='-chardev'\nb=", "[", closing="]"),
    Shape("py open", "x.py", "a='-chardev'\nb=", "["),
    Shape("py open mixed", "x.py", "a='-chardev'\nb=", "[(]"),
    Shape("py strings", "x.py", "a='-chardev'\n", "'a'\n"),
    Shape("py joined", "x.py", "a=('-chardev '", "'a '\n", tail=")"),
    Shape(
        "py text", "x.py", "a='''qemu-system-x86_64 -serial\n", "qemu-system-x86_64 -serial tcp::1,server\n", tail="'''"
    ),
    Shape("py open strings", "x.py", "a='-chardev'\n", "'"),
    Shape("py triple", "x.py", "a='-chardev'\n", "'''a\n"),
    Shape("py names", "x.py", "a='-chardev'\n", "a b c "),
    Shape("py append", "x.py", "", "args.append('-chardev')\nargs.append('tcp::1,server')\n"),
    Shape("py dots", "x.py", "a='-chardev'\nx", ".arg('a')"),
    Shape("py plus", "x.py", "a='-chardev'", "+a"),
    Shape("py fstr", "x.py", "a=f'-serial ", "{a}", tail="'"),
    Shape("py comments", "x.py", "a='-chardev'\n", "# a\n"),
    Shape("py findings in one", "x.py", "a=['qemu-system-x86_64', ", "'-chardev','tcp::1,server',", tail="]"),
    Shape("c strings", "x.c", "char *a=", '"-serial tcp::1,server "\n', tail=";"),
    Shape("c comment", "x.c", 'a="-chardev";', "/*"),
    Shape("js templates", "x.js", "a=`-serial ", "${a}", tail="`"),
    Shape("js nested templates", "x.js", "a=", "`-chardev ${"),
    Shape("js regex", "x.js", "a='-chardev';", "/["),
    Shape("go raw", "x.go", "a:=", "`-chardev`,"),
    Shape("rs raw", "x.rs", 'let a="-chardev";', 'r#"'),
    Shape("rs block", "x.rs", 'let a="-chardev";', "/*"),
    Shape("pl heredoc", "x.pl", "$a='-chardev';", "<<E{n};\n"),
    Shape("pl q", "x.pl", "$a='-chardev';", "q("),
    Shape("rb heredoc", "x.rb", "a='-chardev'\n", "<<~E{n}\n"),
    Shape("lua long", "x.lua", "a='-chardev'\n", "[==["),
    Shape("nix strings", "x.nix", "a=", "''-chardev ${"),
    Shape("lisp", "x.el", '(setq a "-chardev")', "("),
    Shape("hs", "x.hs", 'a="-chardev"\n', "{-"),
    Shape("php", "x.php", "<?php $a='-chardev';", "<<<E{n}\n"),
    Shape("tf heredoc", "x.tf", 'a="-chardev"\n', "b=<<E{n}\n"),
    Shape("tf", "x.tf", "a=[", '"-chardev","tcp::1,server",\n', tail="]"),
    Shape("tf interp", "x.tf", 'a="-serial ', "${"),
    Shape("json list", "x.json", "[", '"-chardev","tcp::1,server=on",', tail='""]'),
    Shape("json lists", "x.json", "[", '["qemu-system-x86_64","-chardev","tcp::1,server=on"],\n', tail="0]"),
    Shape("json numbers", "x.json", '{"a":"-chardev","b":[', "1,", tail="1]}"),
    Shape("json nested", "x.json", '{"a":"-chardev","b":', "[", tail="}", closing="]"),
    Shape("json objects", "x.json", '["-chardev",', '{"a":"b"},', tail="1]"),
    Shape("json no options", "x.json", '["qemu",', '{"a":"b"},', tail="1]"),
    Shape("json string", "x.json", '["-chardev","', "x", tail='"]'),
    Shape("json findings", "x.json", "[", '["qemu-system-x86_64","-chardev","tcp::1,server,nowait"],\n', tail="0]"),
    Shape("yaml list", "x.yaml", "a:\n", "- -serial\n- tcp::1,server\n"),
    Shape("yaml args", "x.yaml", "", "- args: -serial tcp::1,server\n"),
    Shape("yaml flow", "x.yaml", "a: -serial\nb: [", "a, ", tail="]"),
    Shape("yaml nested flow", "x.yaml", "a: -serial\nb: ", "[", closing="]"),
    Shape("yaml deep", "x.yaml", "a: qemu-system-x86_64 -serial none\nb: ", "- "),
    Shape("yaml block", "x.yaml", "a: |\n", "  qemu-system-x86_64 -m 1 -serial tcp::1,server=on\n"),
    Shape("yaml folded", "x.yaml", "a: >\n", "  qemu-system-x86_64 -m 1 -serial tcp::1,server=on\n"),
    Shape("yaml blank folded", "x.yaml", "a: >\n  qemu-system-x86_64 -serial none\n", "\n", tail="  a\n"),
    Shape("yaml docs", "x.yaml", "a: -serial none\n", "---\na\n"),
    Shape("yaml anchors", "x.yaml", "a: -serial none\n", "b{n}: &a{n} c\n"),
    Shape("yaml aliases", "x.yaml", "a: &a -serial none\n", "b: *a\n"),
    Shape("yaml map", "x.yaml", "a: -serial\n", "b{n}: c\n"),
    Shape("yaml quoted", "x.yaml", 'a: "-serial ', "\\x41", tail='"\n'),
    Shape("yaml template", "x.yaml", "a: -serial none\n", "b: {{ a }}\n"),
    Shape("yaml domain", "x.yaml", "a: |\n", "  <domain type='kvm'><name>a</name></domain>\n"),
    Shape("yaml open domains", "x.yaml", "a: |\n  -chardev", "  <domain type='kvm'>\n"),
    Shape("toml list", "x.toml", "a=[", '"-chardev","tcp::1,server",\n', tail="]"),
    Shape("unit", "x.service", "[Service]\n", "ExecStart=/usr/bin/qemu-system-x86_64 -serial tcp::1,server\n"),
    Shape("unit lines", "x.service", "[Service]\nExecStart=/usr/bin/qemu-system-x86_64", "\\\n -serial none"),
    Shape("unit lines unended", "x.service", "[Service]\nExecStart=/usr/bin/qemu-system-x86_64 -chardev", "\\\n# a\n"),
    Shape("make", "Makefile", "all:\n", "\tqemu-system-x86_64 -serial tcp::1,server\n"),
    Shape("make vars", "Makefile", "", "A += -serial tcp::1,server\n"),
    Shape("make parens", "Makefile", "A = -serial ", "$("),
    Shape("make lines", "Makefile", "A = -serial ", "\\\n a"),
    Shape("docker", "Dockerfile", "FROM a\n", "RUN qemu-system-x86_64 -serial tcp::1,server\n"),
    Shape("docker cmd", "Dockerfile", "FROM a\n", 'CMD ["qemu-system-x86_64", "-serial", "tcp::1,server"]\n'),
    Shape("docker heredoc", "Dockerfile", "FROM a\nRUN qemu-system-x86_64 -serial none\n", "RUN <<E{n}\n"),
    Shape("docker lines", "Dockerfile", "FROM a\nRUN qemu-system-x86_64 -serial none", "\\\n a"),
    Shape("just", "justfile", "a:\n", "  qemu-system-x86_64 -serial tcp::1,server\n"),
    Shape("ps1", "x.ps1", "", "& qemu-system-x86_64 -serial tcp::1,server\n"),
    Shape("ps1 array", "x.ps1", "$a=@(", "'-serial','tcp::1,server',"),
    Shape("bat", "x.bat", "", "qemu-system-x86_64 -serial tcp::1,server\n"),
    Shape("bat lines", "x.bat", "qemu-system-x86_64 -serial none ", "^\n a "),
    Shape("proxmox", "100.conf", "", "args: -serial tcp::1,server\n"),
    Shape("proxmox one", "100.conf", "args:", " -serial tcp::1,server", tail="\n"),
    Shape("env", "x.env", "", 'A="-serial tcp::1,server"\n'),
    Shape("args", "x.args", "qemu-system-x86_64", "\\\n-serial tcp::1,server", tail="\n"),
    Shape(
        "log",
        "x.log",
        LOG,
        "\\\n-serial tcp::1,server",
        tail="\n",
    ),
    Shape(
        "logs",
        "x.log",
        "",
        LOG + " \\\n-serial tcp::1,server\n",
    ),
    Shape("cmdline", "cmdline", "qemu-system-x86_64\x00", "-serial\x00tcp::1,server\x00"),
    Shape("readconfig", "x.cfg", "", '[chardev "a{n}"]\n  backend = "socket"\n  server = "on"\n'),
    Shape("readconfig keys", "x.cfg", '[chardev "a"]\n', '  server = "on"\n'),
    Shape("md", "x.md", "# a\n", "    qemu-system-x86_64 -serial tcp::1,server\n"),
    Shape("md fences", "x.md", "# a\n", "```sh\nqemu-system-x86_64 -serial tcp::1,server\n```\n"),
    Shape("md open fences", "x.md", "# a\n-serial none\n", "```sh\nqemu-system-x86_64 -serial tcp::1,server\n```x\n"),
    Shape("md open fences 2", "x.md", "# a qemu-system-x86_64 -serial none\n", "````\n~~~\n"),
    Shape("md long fences", "x.md", "qemu-system-x86_64 -serial none\n", "`{n}````\n"),
    Shape("md backquotes", "x.md", "qemu-system-x86_64 -serial none\n", "`"),
    Shape("md inline", "x.md", "# a\n", "`qemu-system-x86_64 -serial tcp::1,server`\n"),
    Shape("md prompts", "x.md", "# a\n\n", "    $ qemu-system-x86_64 -serial tcp::1,server\n"),
    Shape("md quotes", "x.md", "qemu-system-x86_64 -serial none\n", ">"),
    Shape("md list", "x.md", "qemu-system-x86_64 -serial none\n", "- \n"),
    Shape("md lines", "x.md", "    $ qemu-system-x86_64 -serial none", "\\\n     a"),
    Shape("md lines>", "x.md", "    $ qemu-system-x86_64 -serial none", "\\\n    > a"),
    Shape("rst", "x.rst", "a\n", "::\n\n  qemu-system-x86_64 -serial tcp::1,server\n\n"),
    Shape("rst dashes", "x.rst", "qemu-system-x86_64 -serial none\n\n", "----\n\n"),
    Shape("txt", "x.txt", "", "qemu-system-x86_64 -serial tcp::1,server\n"),
    Shape("txt word", "x.txt", "qemu-system-x86_64 -serial ", "x"),
    Shape("txt blank", "x.txt", "qemu-system-x86_64 -serial none\n", " "),
    Shape("txt tabs", "x.txt", "qemu-system-x86_64 -serial none\n", "\t "),
    Shape("txt brackets", "x.txt", "qemu-system-x86_64 -serial none\n", "["),
    Shape("txt angle", "x.txt", "qemu-system-x86_64 -serial none\n", "<a"),
    Shape("txt kvm", "x.txt", "-serial", "kvm a "),
    Shape("txt equals", "x.txt", "qemu-system-x86_64 -serial none\n", "A="),
    Shape("txt newline", "x.txt", "qemu-system-x86_64 -serial none", "\n"),
    Shape("txt cr", "x.txt", "qemu-system-x86_64 -serial none", "\r"),
    Shape("txt braces", "x.txt", "qemu-system-x86_64 -serial none", "{{"),
    Shape("sh braces2", "x.sh", "qemu-system-x86_64 -serial none\n", "{{"),
    Shape("txt jinja", "x.txt", "qemu-system-x86_64 -serial none\n", "{%"),
    Shape("qemu no opts py", "x.py", "a='qemu'\n", "b='c'\n"),
    Shape("binary", "x.sh", "#!/bin/sh\n", "\x01\x02\x00"),
    Shape("python string", "x.py", "a='-chardev ", "x", tail="'"),
    Shape(
        "xml valid interfaces",
        "x.xml",
        DEVICES,
        "<interface type='user'><mac address='52:54:00:00:00:01'/></interface>\n",
        tail="</devices>" + END,
    ),
    Shape("xml newlines", "x.xml", DOMAIN, "\n", tail="<a/>" + END),
    Shape("xml emoji", "x.xml", DOMAIN + "<title>", "\U0001f600", tail="</title>" + END),
    Shape("text emoji", "x.txt", QEMU, "\U0001f600"),
    Shape("data without options", "x.json", "[", '{"a": [1, 2.5, "b"]},\n', tail="1]"),
)
