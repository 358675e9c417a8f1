"""Words and heredocs as the real bash reads them: held against the one installed here."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vmlint.formats.builder import InnerEncoder, layered, utf8
from vmlint.formats.shell_heredoc import decode_heredoc
from vmlint.formats.shell_quoting import (
    ansi_quoted,
    double_quoted,
    heredoc_text,
    heredoc_verbatim,
    in_braces,
    single_quoted,
    unquoted,
)
from vmlint.formats.shell_words import decode_word
from vmlint.source import OPAQUE, Piece, Value

BASH = shutil.which("bash") or ""
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/home", "X": "<x>"}
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def bash(script: str) -> bytes:
    """What a script writes; run without file name expansion, which no decoder can foresee."""
    command = [BASH, "--norc", "--noprofile", "-f"]
    data = script.encode("utf-8", "surrogateescape")
    return subprocess.run(command, input=data, capture_output=True, check=True, env=ENVIRONMENT).stdout


def is_recent() -> bool:
    """Whether bash is here, and new enough to know the escapes for Unicode."""
    try:
        return bash("printf %s $'\\u20ac'") == "€".encode()
    except (OSError, subprocess.CalledProcessError):
        return False


with_bash = pytest.mark.skipif(not is_recent(), reason="bash is not installed, or too old to know $'\\u20ac'")

Chunk = tuple[str, str]
"""Source of a part of a word, and what it means if it is an expansion: OPAQUE; else the empty string."""


def words_of(*sources: str) -> list[str]:
    """What bash passes on for some words, each of which must be one."""
    output = bash("printf '%s\\0' " + " ".join(sources) + "\n").decode("utf-8", "surrogateescape")
    return output.split("\0")[:-1]


def script_of(text: str) -> Value:
    return Value(text, (Piece(0, len(text), 0, len(text), 1, utf8),))


def decode(source: str, expansions: list[tuple[int, int]] | None = None) -> str:
    return decode_word(script_of(source), 0, len(source), expansions or []).text


def joined(*parts: st.SearchStrategy[str], most: int = 5) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(*parts), min_size=1, max_size=most).map("".join)


LETTERS = st.sampled_from([*"ab09,=/.:+-@%^_#!", "é", "€", "\U0001f600"])
ESCAPED = st.sampled_from([*" ab\"'$`\\|&;<>(){}*?[]~#!\t\r", "é"]).map(lambda char: f"\\{char}")
CONTINUED = st.just("\\\n")
LONE = st.sampled_from(["$,", "$/", "a$.", "*", "?", "[a]", "{a}", "{ab.c}"])
SINGLE = st.text(st.sampled_from([*'ab "$`\\|&;<>(){}*~#!\n\t', "é"]), max_size=4).map(lambda text: f"'{text}'")
IN_DOUBLE = st.sampled_from(
    [*"ab '|&;<>(){}*~#\n\t", "é", '\\"', "\\$", "\\`", "\\\\", "\\a", "\\é", "\\'", "\\\n", "$,", "$'"]
)
DOUBLE = st.lists(IN_DOUBLE, max_size=4).map(lambda parts: f'"{"".join(parts)}"')
IN_ANSI = st.sampled_from(
    [
        *(
            'a"$`b |\n',
            "é",
            "\\n",
            "\\t",
            "\\\\",
            "\\'",
            '\\"',
            "\\?",
            "\\a\\b\\e\\E\\f\\r\\v",
            "\\q",
            "\\é",
            "\\x41",
            "\\x4g",
        ),
        *("\\101", "\\41z", "\\7", "\\u20ac", "\\u41", "\\U1F600 ", "\\U0001F600", "\\x", "\\u", "\\\n", "$,"),
    ]
)
ANSI = st.lists(IN_ANSI, max_size=4).map(lambda parts: f"$'{''.join(parts)}'")
TRANSLATED = DOUBLE.map(lambda text: f"${text}")
# A word that begins so is neither an assignment, an option of printf nor a comment.
WORD = joined(LETTERS, ESCAPED, CONTINUED, LONE, SINGLE, DOUBLE, ANSI, TRANSLATED).map(lambda text: f"w{text}")


@with_bash
@SLOW
@given(st.lists(WORD, min_size=1, max_size=20))
def test_words_without_expansions(sources: list[str]) -> None:
    assert [decode(source) for source in sources] == words_of(*sources)


@with_bash
@pytest.mark.parametrize(
    "source",
    [
        *("''", '""', "$''", '$""', "''''", "a''", "''a", "'a'b\"c\"$'d'", "a\\\nb", "\\\na", "'a\\\nb'", '"a\\\nb"'),
        *("$'a\\\nb'", "a\\'b", '"a\\b"', '"\\\\n"', "$'\\\\n'", "$'\\x411'", "$'\\1011'", "$'\\u20acx'", "a$", '"a$"'),
        *('"$"', '"\\$X"', "\\$X", "'$X'", "$'$X'", "\\~", "'~'", "a~", "a:~", "~é", "~'a'", "a\\{b,c}", "{a}", "{}"),
        *(
            "{a,b",
            "{x},y,{z}",
            "{}a",
            "a{",
            "}",
            "a}b,{c",
            "a,b}",
            "'{a,b}'",
            "\\{a,b\\}",
            '{"a,b"}',
            "{a'..'b}",
            "{a\\,b}",
            "a#b",
            "\\#a",
            "é'é'\"é\"",
            "!",
            "a!b",
        ),
    ],
)
def test_odd_words(source: str) -> None:
    assert [decode(source)] == words_of(source)


EXPANSIONS = ["$X", "${X}", "${X:-a b}", "$(echo '<x>')", "`echo '<x>'`", "$((1+2))", "${X#a}"]


@with_bash
@SLOW
@given(
    st.lists(
        WORD.map(lambda text: (text, "")) | st.sampled_from(EXPANSIONS).map(lambda text: (f'"{text}"', text)),
        max_size=6,
    )
)
def test_literal_parts_around_expansions(chunks: list[Chunk]) -> None:
    source, expansions = "w", []
    for written, expansion in chunks:
        if expansion:
            expansions.append((len(source) + 1, len(source) + 1 + len(expansion)))
        source += written
    text = decode(source, expansions)
    assert text.count(OPAQUE) == len(expansions)
    (passed,) = words_of(source)
    values = "(?:<x>|3)"
    assert re.fullmatch(values.join(map(re.escape, text.split(OPAQUE))), passed)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{a,b}", OPAQUE),
        ("{a,{b}}", OPAQUE),
        ("a{b{c,d}", f"a{{b{OPAQUE}"),
        ("x{1..3}y", f"x{OPAQUE}y"),
        ('{"driver":"a","id":1}', OPAQUE),
        ("~/disk.img", f"{OPAQUE}/disk.img"),
        ("~user/x", f"{OPAQUE}/x"),
        ("file=~/x,id=~/y", f"file={OPAQUE}/x,id=~/y"),
        ("P=a:~/b", f"P=a:{OPAQUE}/b"),
        ("$'\\xc3\\xa9'", OPAQUE * 2),  # bytes of one character
        ("$'a\\0b'", f"a{OPAQUE}b"),  # the end of the text
        ("$'\\cA'", OPAQUE),
        ("$'\\ud800'", OPAQUE),
        ("a$b,c$_d1.e", f"a{OPAQUE},c{OPAQUE}.e"),  # variables that the grammar overlooked
        ("$1,$@", f"{OPAQUE},{OPAQUE}"),
    ],
)
def test_what_is_not_one_known_text_is_opaque(source: str, text: str) -> None:
    assert decode(source) == text


def test_lines_may_end_as_on_windows() -> None:
    assert decode("a\\\r\nb") == decode('"a\\\r\nb"') == "ab"


ANY = st.text(st.characters(exclude_characters="\0" + OPAQUE, exclude_categories=["Cs"]), max_size=8) | st.text(
    st.sampled_from([*"ab'\"\\$`!{},~# \t\n*?;&|()<>", "é", "\U0001f600"]), max_size=8
)
PLACES: dict[str, tuple[InnerEncoder, str]] = {
    "unquoted": (unquoted, "w{}w"),
    "in braces": (in_braces, "w{{{}}}w"),
    "double": (double_quoted, '"{}"'),
    "single": (single_quoted, "'{}'"),
    "ansi": (ansi_quoted, "$'{}'"),
}


@with_bash
@pytest.mark.parametrize("place", PLACES)
@SLOW
@given(texts=st.lists(ANY, min_size=1, max_size=10))
@example(texts=["\r", "\x7f", "a\u2028b\u00a0c", "\ufeff"])
def test_encoders_write_what_bash_reads(place: str, texts: list[str]) -> None:
    encode, template = PLACES[place]
    written = [(text, quoted) for text in texts if (quoted := encode(text)) is not None]
    refused = [text for text in texts if encode(text) is None]
    assert all(set(text) & set("\n'") for text in refused)
    sources = [template.format(quoted) for _, quoted in written]
    around = {"unquoted": "w{}w", "in braces": "w{{{}}}w"}.get(place, "{}")
    expected = [around.format(text) for text, _ in written]
    assert words_of(*sources) == expected or not sources
    assert [decode(source) for source in sources] == expected


@pytest.mark.parametrize("text", ["\0", "a\0", "\ud800", OPAQUE])
def test_no_place_holds_what_is_no_text(text: str) -> None:
    assert [layered(inner, utf8)(text) for inner, _ in PLACES.values()] == [None] * len(PLACES)
    assert layered(unquoted, utf8)("\udcff") == b"\xff"  # a byte that is not UTF-8 stays what it is


def test_encoders_are_one_object_for_equal_places() -> None:
    assert layered(unquoted, utf8) is layered(unquoted, utf8)


BODY = joined(
    st.sampled_from([*"ab '\"|&;()[]{}*~#!\n\t", "é", "\U0001f600"]),
    st.sampled_from(
        ["\\$", "\\`", "\\\\", "\\a", '\\"', "\\'", "\\\n", "$,", "$ ", "\\\\\\$", "\\\t", "\n\t\t", "\\\n\t"]
    ),
    most=8,
)


def heredoc(body: str, end: str, operator: str = "<<") -> str:
    return bash(f"cat {operator}{end}\n{body}\nEOF\n").decode()


def decoded(body: str, quoted: bool, tabs: bool = False) -> str:
    value = decode_heredoc(script_of(body + "\n"), 0, len(body) + 1, quoted, tabs)
    assert sum(piece.length for piece in value.pieces) == len(value.text)
    return value.text


@with_bash
@SLOW
@given(BODY)
def test_heredocs_with_a_quoted_end(body: str) -> None:
    assert decoded(body, quoted=True) == heredoc(body, "'EOF'")
    assert decoded(body, quoted=True, tabs=True) == heredoc(body, "'EOF'", "<<-")


@with_bash
@SLOW
@given(BODY)
@example("a\\\n\tb")
def test_heredocs_with_an_open_end(body: str) -> None:
    body = body.rstrip("\\")  # else the line with the end word would be a part of the last
    assert decoded(body, quoted=False) == heredoc(body, "EOF")
    assert decoded(body, quoted=False, tabs=True) == heredoc(body, "EOF", "<<-")


@with_bash
@pytest.mark.parametrize(
    "body",
    [
        *("a $X b", "${X}${X}", "$X.img", "$1abc", "$(echo '<x>') y", "$(echo \"$(echo '<x>')\")", "`echo '<x>'`"),
        *("${Y:-${X}} z", "$((1+2))", "$$", '"$X"', "'$X'", "\\\\$X", "\\$X $X", "`echo \\`echo '<x>'\\``", "$[1+2]"),
    ],
)
def test_heredocs_with_expansions(body: str) -> None:
    text = decoded(body, quoted=False)
    assert OPAQUE in text
    values = "(?:<x>|3|[0-9]*)"
    assert re.fullmatch(values.join(map(re.escape, text.split(OPAQUE))), heredoc(body, "EOF"))
    assert decoded(body, quoted=True) == body + "\n"


@with_bash
@pytest.mark.parametrize(("encode", "end"), [(heredoc_text, "EOF"), (heredoc_verbatim, "'EOF'")])
@SLOW
@given(texts=st.lists(ANY.map(lambda text: text.replace("\n", "")), min_size=1, max_size=5))
def test_heredoc_encoders(encode: Callable[[str], str | None], end: str, texts: list[str]) -> None:
    written = [encode(text) for text in texts]
    assert heredoc("|".join(map(str, written)), end) == "|".join(texts) + "\n"


def test_a_heredoc_takes_no_new_line() -> None:
    assert (heredoc_text("a\nEOF"), heredoc_verbatim("a\nEOF")) == (None, None)
