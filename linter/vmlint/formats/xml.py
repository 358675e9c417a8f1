"""libvirt domain and network XML, read with lxml: no network, no entities, no document type.

Also the domains inside domainsnapshot, domainbackup and domstatus, and several documents in one file.
"""

from __future__ import annotations

import codecs
import re

from ..light_typing import TYPE_CHECKING
from ..model import Document, Problem
from ..source import Source, Span, Text
from .xml_node import Tree, has_control
from .xml_parts import ROOTS, parse_bytes, roots_of, syntax_error

if TYPE_CHECKING:
    from lxml.etree import XMLSyntaxError, _Element

NAMES = ("*.xml",)
PROLOG = re.compile(r"(?:\s+|<\?(?s:.*?)\?>|<!--(?s:.*?)-->|\{[{%#](?s:.*?)[}%#]\})*")
FIRST_TAG = re.compile(r"<([A-Za-z_][\w:.-]*)([^>]*)")
DOCTYPE = re.compile(r"<!DOCTYPE\s[^\[>]*(?:\[(?s:.*?)\]\s*)?>")
DEFAULT_NAMESPACE = re.compile(r"\sxmlns\s*=")
EXTERNAL = re.compile(r"<!DOCTYPE\s+\S+\s+(?:SYSTEM|PUBLIC)\b")
DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
CODECS = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp(?:125\d|437|8[56]\d|874|9\d\d)|koi8-[rtu]|tis-620|gb\w+|big5|euc_\w+|shift_jis"
)
"""Python's names of the encodings that read the bytes of ASCII as ASCII and keep no state between characters."""
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
DOMAIN_AFTER_TEXT = re.compile(r"[^<]*<(domain)(\s[^>]*\btype\s*=[^>]*)>")
"""Other text stands before the domain: libvirt refuses the file, which is worth a finding."""
TOO_DEEP = re.compile(r"[Dd]epth in document: (\d+)")
TOO_LARGE = re.compile(r"XML_PARSE_HUGE|(?i:huge|length too long)")
HEAD = 65536


def claims(path: str, head: bytes) -> bool:
    """Whether a file is libvirt XML: its first element is one of libvirt's and has no default namespace of another.

    Other programs' networks (MATSim) have a document type of their own, to which they point.
    """
    encoding, bom = encoding_of(head)
    text = head[bom : bom + HEAD].decode(encoding, "replace")
    start = _after_prolog(text, 0)
    doctype = DOCTYPE.match(text, start)
    first = FIRST_TAG.match(text, _after_prolog(text, doctype.end()) if doctype else start)
    if first is None and path.endswith(".xml") and not text.startswith("<", start):
        first = DOMAIN_AFTER_TEXT.match(text, start)
    if first is None or first[1] not in ROOTS or DEFAULT_NAMESPACE.search(first[2]):
        return False
    return first[1] == "domain" or not EXTERNAL.match(text, start)


def first_tag(data: bytes) -> str:
    """The name of the first element of a file; empty where its beginning has none, or a document type."""
    encoding, bom = encoding_of(data)
    text = data[bom : bom + HEAD].decode(encoding, "replace")
    first = FIRST_TAG.match(text, _after_prolog(text, 0))
    return first[1] if first else ""


def _after_prolog(text: str, start: int) -> int:
    """Offset of the first tag or document type declaration from `start`."""
    match = PROLOG.match(text, start)
    return match.end() if match else start


def encode(text: str) -> bytes:
    """The bytes that a text would be in a file: in the encoding it declares itself, as XML can, or in UTF-8."""
    encoding, _ = encoding_of(text[:HEAD].encode("ascii", "replace"))
    return text.encode(encoding, "surrogateescape" if encoding == "utf-8" else "xmlcharrefreplace")


def encoding_of(data: bytes) -> tuple[str, int]:
    """Python's name of the encoding of an XML file, and the length of its byte order mark."""
    if data[:1] > b"\x7f":
        for bom, name in BOMS:
            if data.startswith(bom):
                return name, len(bom)
    declared = DECLARED.match(data, 0, HEAD) if data.startswith(b"<?xml") else None
    return (_codec(declared[1].decode()) if declared else None) or "utf-8", 0


def _codec(declared: str) -> str | None:
    """Python's name of an encoding, if it is one that can be read here."""
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return None
    return name if CODECS.fullmatch(name) else None


def parse(path: str, data: bytes) -> Document:
    """The domains and networks of a file, and the command line of each domain's `qemu:commandline`."""
    source = Source(path, data, *encoding_of(data))
    text = Text(source)
    problem = _doctype(text) or _undecodable(text)
    if problem:
        return Document(source, "xml", (), [problem])
    try:
        trees = [Tree(text, _parse_whole(text), 0, len(text.text))]
    except syntax_error() as error:
        return _parse_several(text, error)
    return Document(source, "xml", roots_of(trees))


def unread(path: str, data: bytes, problem: Problem) -> Document:
    """A document too large for rules to look at it: whether it is well-formed and as libvirt's schema says."""
    from .xml_stream import look

    source, seen = Source(path, data, *encoding_of(data)), look(data, first_tag(data))
    problem = problem._replace(span=seen.span, fields={**problem.fields, "looked": seen.words})
    if seen.is_syntax:
        problem = Problem("syntax-error", seen.span, {"reason": seen.words})
    return Document(source, "xml", (), [problem])


def _doctype(text: Text) -> Problem | None:
    start = _after_prolog(text.text, 0)
    if not text.text.startswith("<!DOCTYPE", start):
        return None
    return Problem("xml-doctype", text.span(start, start + len("<!DOCTYPE")), {})


def _undecodable(text: Text) -> Problem | None:
    """An encoding that is not known, or bytes that are not text in it; in Unicode's own encodings lxml sees to that."""
    source = text.source
    declared = None if source.bom else DECLARED.match(source.data, 0, 256)
    if declared and not _codec(declared[1].decode()):
        reason = f"the encoding {declared[1].decode()} is not supported"
        return Problem("syntax-error", Span(*declared.span(1)), {"reason": reason})
    if source.encoding.startswith("utf"):
        return None
    try:
        source.data.decode(source.encoding)
    except UnicodeDecodeError as error:
        reason = f"a byte that is no character in the encoding {source.encoding}"
        return Problem("syntax-error", Span(error.start, error.start), {"reason": reason})
    return None


def _parse_whole(text: Text) -> _Element:
    """The one document of a file; other encodings than Unicode's are decoded here, so that both readings agree."""
    if text.source.encoding.startswith("utf"):
        return parse_bytes(text.source.data)
    return parse_bytes(text.text.encode(), "utf-8")


def _parse_several(written: Text, error: XMLSyntaxError) -> Document:
    """Several documents in one file, as a loop over `virsh dumpxml` writes them, or one with template parts.

    Where it is neither: what is wrong with it.
    """
    from .xml_scan import scan

    is_template = has_control(written.text)
    text = _covered(written) if is_template else written
    tops = [element for element in scan(text.text) if element.top]
    if not tops or (len(tops) == 1 and not is_template):
        return Document(text.source, "xml", (), [_syntax_problem(written, error, 0, len(text.text))])
    trees, problems = [], []
    for top in tops:
        try:
            part = text.text[top.start : top.end].encode("utf-8", "surrogateescape")
            trees.append(Tree(text, parse_bytes(part, "utf-8"), top.start, top.end))
        except syntax_error() as part_error:
            problems.append(_syntax_problem(written, part_error, top.start, top.end))
    return Document(text.source, "xml", roots_of(trees), problems[:1] if is_template else problems)


def _covered(text: Text) -> Text:
    """A template with its parts covered, so that it may read as XML."""
    from .templates import XmlCover, cover  # which few files need

    return text.read_as(cover(text.text, XmlCover()))


def _reason(message: str) -> str:
    """libxml2's words, but where they speak of its own options: libvirt, which reads with the same limits, has none."""
    if depth := TOO_DEEP.search(message):
        return f"elements stand in each other more than {depth[1]} deep, which libvirt does not read either"
    if TOO_LARGE.search(message):
        return "one part of it is larger than libvirt reads"
    return message


def _syntax_problem(text: Text, error: XMLSyntaxError, start: int, end: int) -> Problem:
    """Where libxml2 stopped, and its words without its own position."""
    line, column = error.position
    at = start
    for _ in range(line - 1):
        at = text.text.find("\n", at) + 1 or at
    at = min(at + max(column - 1, 0), len(text.text))
    at = min(at, text.text.find("\n", at) % (len(text.text) + 1))
    reason = _reason((error.msg or "").partition(", line ")[0])
    rule = "template-not-read" if has_control(text.text, start, end) else "syntax-error"
    return Problem(rule, text.span(at, at), {"reason": reason})
