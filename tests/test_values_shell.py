"""Words of shell scripts, of command lines as typed, and their parameters: spans, and edits in the quoting of the place."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.values import SLOW, Chunk, check_edits, check_spans
from vmlint.fixer import apply
from vmlint.formats import argv, shell
from vmlint.qemu.commandline import CommandNode, OptionNode
from vmlint.source import OPAQUE, Value

QUOTED_NEW = st.text(st.sampled_from([*"ab,=$\"'`\\!{}~#*", "é", "\U0001f600"]), max_size=4)


def quoting(template: str, inside: st.SearchStrategy[Chunk]) -> st.SearchStrategy[Chunk]:
    def join(chunks: list[Chunk]) -> Chunk:
        return template.format("".join(written for written, _ in chunks)), "".join(meaning for _, meaning in chunks)

    return st.lists(inside, max_size=4).map(join)


def same(alphabet: str) -> st.SearchStrategy[Chunk]:
    return st.sampled_from([(char, char) for char in alphabet])


VARIABLES: st.SearchStrategy[Chunk] = st.sampled_from([("${X}", OPAQUE), ("${X:-a b}", OPAQUE), ("$(id -u)", OPAQUE)])
WORDS: st.SearchStrategy[list[Chunk]] = st.lists(
    st.one_of(
        same("ab,=/.é\U0001f600"),
        st.sampled_from([("\\;", ";"), ("\\'", "'"), ('\\"', '"'), ("\\\\", "\\"), ("\\$", "$"), ("\\a", "a")]),
        st.sampled_from([("\\\n", ""), ("''", ""), ('""', ""), ("$''", "")]),
        quoting("'{}'", same('a,"$\\` #é\U0001f600')),
        quoting('"{}"', same("a,' #é") | VARIABLES | st.sampled_from([("\\$", "$"), ('\\"', '"'), ("\\\n", "")])),
        quoting('"{}"', same("a,") | st.sampled_from([("\\a", "\\a"), ("$,", "$,"), ("\\\\", "\\"), ("\\é", "\\é")])),
        quoting(
            "$'{}'", same('a,"$é') | st.sampled_from([("\\n", "\n"), ("\\'", "'"), ("\\x41", "A"), ("\\q", "\\q")])
        ),
        VARIABLES,
    ),
    min_size=1,
    max_size=6,
)
HEREDOCS = {
    "no heredoc": "{}",
    "quoted heredoc": "cat > é <<'EOF'\n{}\nEOF\n",
    "open heredoc": "cat <<EOF > é\n{}\nEOF\n",
    "two heredocs": "cat <<'ALL'\ncat <<EOF\n{}\nEOF\nALL\n",
}


def in_heredoc(kind: str, script: str) -> str:
    if kind in ("open heredoc", "two heredocs"):
        script = re.sub(r"([\\$`])", r"\\\1", script)
    return "# é\n" + HEREDOCS[kind].replace("{}", script)


def word_values(data: bytes) -> list[Value]:
    document = shell.parse("x.sh", data)
    assert not document.problems
    (command,) = document.roots
    assert isinstance(command, CommandNode)
    return list(command.words)


@SLOW
@given(st.sampled_from(sorted(HEREDOCS)), WORDS, st.integers(0, 20), st.integers(0, 20), QUOTED_NEW)
@example("no heredoc", [('"\\a"', "\\a")], 1, 2, '"')
@example("open heredoc", [('"$,"', "$,")], 1, 2, "x")
def test_shell_words(kind: str, chunks: list[Chunk], low: int, high: int, new: str) -> None:
    script = f"A=1 qemu-system-x86_64 -x -{''.join(written for written, _ in chunks)} 'la st' # end\n"
    data = in_heredoc(kind, script).encode()
    values = word_values(data)
    expected = "-" + "".join(meaning for _, meaning in chunks)
    assert [value.text for value in values] == ["-x", expected, "la st"]
    value = values[1]
    check_spans(value)
    low, high = sorted((min(low, len(value.text)), min(high, len(value.text))))
    assume("\\" not in new or "$'" not in script)  # the grammar takes \\\\$'' for an open quote
    edits = value.replace(low, high, new)
    raw = any(special in meaning for written, meaning in chunks for special in ("\\a", "$,", "\\é", "\\q", "'"))
    assert edits or raw or set(new) & set("'\n") or (low, high) == (0, len(value.text))
    if edits:
        after = word_values(check_edits(data, value, edits))
        assert [other.text for other in after] == ["-x", expected[:low] + new + expected[high:], "la st"]


def test_no_edit_makes_a_word_vanish() -> None:
    value = word_values(b"qemu-system-x86_64 -x abc -y")[1]
    assert value.replace(0, 3, "") == ()
    assert value.replace(0, 3, " ")


@pytest.mark.parametrize("new", ["\0", "\ud800", OPAQUE])
@pytest.mark.parametrize("word", ["a", "'a'", '"a"', "$'a'"])
def test_a_word_cannot_hold_every_character(word: str, new: str) -> None:
    (value,) = word_values(b"qemu-system-x86_64 " + word.encode())
    assert value.replace(0, 1, new) == ()


@SLOW
@given(st.lists(st.text(st.sampled_from([*"ab,'\"\\$ \n\t~#{}", "é", "\U0001f600", "\udcff"])), max_size=4), st.data())
def test_command_lines_as_typed(words: list[str], data: st.DataObject) -> None:
    line = argv.join(["qemu-system-x86_64", *words])
    command = argv.parse("argv", line).roots[0]
    assert isinstance(command, CommandNode)
    assert [value.text for value in command.words] == words
    assume(words)
    which = data.draw(st.integers(0, len(words) - 1))
    value = command.words[which]
    check_spans(value)
    low, high = sorted(data.draw(st.tuples(st.integers(0, len(value.text)), st.integers(0, len(value.text)))))
    new = data.draw(QUOTED_NEW)
    edits = value.replace(low, high, new)
    assert edits or "'" in new or "\\" in new or (low, high) == (0, len(value.text))
    if edits:
        words[which] = value.text[:low] + new + value.text[high:]
        changed = argv.parse("argv", check_edits(line, value, edits)).roots[0]
        assert isinstance(changed, CommandNode)
        assert [other.text for other in changed.words] == words


# Parameters of options: the same, with doubled commas on top

PARAMETER = st.text(st.sampled_from([*"ab,,=/", "é"]), max_size=6)
TOGETHER = ("{}", "'{}'", '"{}"')


@SLOW
@given(st.lists(PARAMETER, min_size=2, max_size=3), st.sampled_from(TOGETHER), st.data())
def test_parameters(texts: list[str], quotes: str, data: st.DataObject) -> None:
    keys = ["backend", "path", "host"][: len(texts)]
    pairs = [f"{key}={text.replace(',', ',,')}" for key, text in zip(keys, texts, strict=True)]
    script = f"qemu-system-x86_64 -chardev {quotes.format(','.join(pairs) + ',nowait')}\n".encode()
    (which,) = data.draw(st.sets(st.integers(0, len(texts) - 1), min_size=1, max_size=1))
    value = parameter(script, keys[which])
    assert value.text == texts[which]
    check_spans(value)
    low, high = sorted(data.draw(st.tuples(st.integers(0, len(value.text)), st.integers(0, len(value.text)))))
    new = data.draw(PARAMETER)
    edits = value.replace(low, high, new)
    assert edits
    after = check_edits(script, value, edits)
    texts[which] = value.text[:low] + new + value.text[high:]
    assert [parameter(after, key).text for key in (*keys, "wait")] == [*texts, "off"]


def parameter(script: bytes, key: str) -> Value:
    (command,) = shell.parse("x.sh", script).roots
    (option,) = command.children
    assert isinstance(option, OptionNode)
    value = option.value(key)
    assert value is not None
    return value


@pytest.mark.parametrize(
    ("argument", "key", "new", "expected"),
    [
        ("socket,path=a,,b", "path", "a,b", "socket,path=a,,b"),
        ("so,,cket,path=a", "backend", "x,y", "x,,y,path=a"),
        ("socket,nowait", "wait", "on", "socket,wait=on"),
        ("socket,'server',id=x", "server", "off", "socket,'server=off',id=x"),
        ("socket,ser'v'er,id=x", "server", "off", None),  # the flag lies across quotes
        ("socket,path=a','\",\"b", "path", "x", None),  # two commas that mean one lie in different quotes
    ],
)
def test_parameters_in_odd_places(argument: str, key: str, new: str, expected: str | None) -> None:
    script = f"qemu-system-x86_64 -chardev {argument}\n".encode()
    value = parameter(script, key)
    edits = value.replace(0, len(value.text), new)
    wanted = () if expected is None else f"qemu-system-x86_64 -chardev {expected}\n".encode()
    assert (apply(script, edits) if edits else ()) == wanted


def test_half_a_comma_across_quotes_is_left_alone() -> None:
    value = parameter(b"qemu-system-x86_64 -chardev socket,path=a','\",\"b\n", "path")
    assert value.text == "a,b"
    assert value.replace(1, 2, "x") == ()
