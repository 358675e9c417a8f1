"""Puts other options in the place of one, in whatever a command line is written in.

How two words are parted there is learnt from the command line itself: what stands between two of its words, both in the
same quotes, can stand between two others, be it a blank, `", "` or `'/><qemu:arg value='`. Where nothing can be learnt,
nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from ..source import Edit, Encoder, Source, Value
from .commandline import CommandNode, OptionNode

BLANKS = r"(?:[ \t]|\\?\r?\n)+"
SEPARATOR = re.compile(
    rf"{BLANKS}|\0"
    r"|(?P<quote>[\"'`]?)\s*(?:\]\s*)?,\s*(?:\[\s*)?(?P=quote)"
    r"|(?P<shell>[\"'])\s+(?P=shell)"
    r"|(?P<item>[\"']?)\r?\n[ \t]*-[ \t]+(?P=item)"
    r"|(?P<call>[\"'])\s*\)\s*\.\s*args?\(\s*(?P=call)"
    r"|(?P<xml>[\"'])\s*/>\s*<[\w:]*arg\s+value\s*=\s*(?P=xml)"
)
"""What may part two words: blanks, or the marks of a list, an item, a call or an element; no comment, nothing else."""
LIST = re.compile(r"[,\]]")


Edits = tuple[Edit, ...]


class Words:
    """The words of a command line, as they stand in a file."""

    def __init__(self, source: Source, command: CommandNode) -> None:
        self._source = source
        program = [command.program] if command.program is not None else []
        self._words = [*program, *command.words]
        self._index = {id(word): at for at, word in enumerate(self._words)}
        self._separators: dict[tuple[Encoder, bool], bytes | None] = {}
        self._begins = {
            self._index[id(child.word)]
            for child in command.children
            if isinstance(child, OptionNode) and id(child.word) in self._index
        }

    def replace(self, node: OptionNode, options: Sequence[Sequence[str]]) -> Edits:
        """Edits that put some options, each its words, in the place of one; empty if not possible.

        The last of them takes the words of the old one, the others go before it. An argument that stays a part of the
        new one (`{argument}`) keeps its bytes.
        """
        if not options:
            return self.remove(node)
        before = self.insert(node, options[:-1])
        last = self._rewrite(node, options[-1])
        return () if last is None or (options[:-1] and not before) else (*before, *last)

    def insert(self, node: OptionNode, options: Sequence[Sequence[str]]) -> Edits:
        """Edits that put some options before one; empty if not possible."""
        at = self._index.get(id(node.word))
        first = node.word.pieces[0]
        inner, outer = self._separator(at, inner=True), self._separator(at, inner=False)
        if at is None or not options:
            return ()
        out = b""
        for option in options:
            written = [first.encode(word) for word in option]
            parts = [word for word in written if word is not None]
            if len(parts) < len(written) or outer is None or (len(parts) > 1 and inner is None):
                return ()
            out += (inner or b"").join(parts) + outer
        return (Edit(first.start, first.start, out),)

    def remove(self, node: OptionNode) -> Edits:
        """Edits that take an option out, with what parted it from the word before it, or else from the next."""
        first = self._index.get(id(node.word))
        if first is None:
            return ()
        last = first + (node.argument is not None)
        if first and self._same(first - 1, last) and self._are_parted(first - 1, last):
            return (Edit(self._end(first - 1), self._end(last), b""),)
        if last + 1 < len(self._words) and self._are_parted(first, last + 1):
            start, following = self._words[first].pieces[0], self._words[last + 1].pieces[0]
            if start.encode is following.encode:
                return (Edit(start.start, following.start, b""),)
        return ()

    def _rewrite(self, node: OptionNode, words: Sequence[str]) -> Edits | None:
        """Edits that turn the words of one option into those of another; None if not possible."""
        name, *arguments = words
        first = _replaced(node.word, name)
        if node.argument is not None:
            second = _argument(node.argument, arguments[0]) if arguments else self._without_argument(node)
        else:
            second = self._with_argument(node, arguments[0]) if arguments else ()
        return None if first is None or second is None else (*first, *second)

    def _without_argument(self, node: OptionNode) -> Edits | None:
        at = self._index.get(id(node.word))
        if at is None or not self._are_parted(at, at + 1) or not self._same(at, at + 1):
            return None
        return (Edit(self._end(at), self._end(at + 1), b""),)

    def _with_argument(self, node: OptionNode, argument: str) -> Edits | None:
        last = node.word.pieces[-1]
        parted, written = self._separator(self._index.get(id(node.word)), inner=True), last.encode(argument)
        return None if parted is None or written is None else (Edit(last.end, last.end, parted + written),)

    def _separator(self, at: int | None, inner: bool) -> bytes | None:
        """What can part the words of an option (`inner`) or two options, where these are written as word `at` is."""
        if at is None:
            return None
        encode = self._words[at].pieces[-1].encode
        if (encode, inner) not in self._separators:
            fits = [near for near in self._parted if self._words[near].pieces[-1].encode is encode]
            found = [near for near in fits if (near + 1 in self._begins) is not inner]
            if not found:  # between two options as within one, unless these are lists in a list
                found = [near for near in fits if not LIST.search(self._between(near)) or len(self._begins) > 1]
            texts = [self._bytes(near) for near in found]
            self._separators[encode, inner] = b" " if b" " in texts else next(iter(texts), None)
        return self._separators[encode, inner]

    @cached_property
    def _parted(self) -> list[int]:
        """Words after which a separator stands, in whose quotes the next word goes on."""
        return [at for at in range(len(self._words) - 1) if self._same_across(at) and self._are_parted(at, at + 1)]

    def _same_across(self, at: int) -> bool:
        return self._words[at].pieces[-1].encode is self._words[at + 1].pieces[0].encode

    def _same(self, one: int, two: int) -> bool:
        return self._words[one].pieces[-1].encode is self._words[two].pieces[-1].encode

    def _are_parted(self, first: int, last: int) -> bool:
        """Whether nothing but separators stands between the words of a range."""
        return last < len(self._words) and all(SEPARATOR.fullmatch(self._between(at)) for at in range(first, last))

    def _between(self, at: int) -> str:
        return self._source.decode(self._end(at), self._words[at + 1].pieces[0].start)

    def _bytes(self, at: int) -> bytes:
        return self._source.data[self._end(at) : self._words[at + 1].pieces[0].start]

    def _end(self, at: int) -> int:
        return self._words[at].pieces[-1].end


@lru_cache(maxsize=2)
def words_of(source: Source, command: CommandNode) -> Words:
    """The words of a command line, made ready once for all that is found in it."""
    return Words(source, command)


ARGUMENT = "{argument}"


def _replaced(word: Value, text: str) -> Edits | None:
    return word.replace(0, len(word.text), text) or None


def _argument(old: Value, new: str) -> Edits | None:
    """Edits that turn an argument into another, of which it may be a part."""
    before, kept, after = new.partition(ARGUMENT)
    if not kept:
        return _replaced(old, new)
    if "," in old.text and (before or after):
        return None  # it would have to be doubled there
    edits: Edits = ()
    for at, text in ((0, before), (len(old.text), after)):
        added = old.replace(at, at, text) if text else ()
        if text and not added:
            return None
        edits += added
    return edits


def split_options(words: Sequence[str]) -> Iterator[list[str]]:
    """Words as options: each begins with a word that begins with `-`."""
    option: list[str] = []
    for word in words:
        if word.startswith("-") and option:
            yield option
            option = []
        option.append(word)
    if option:
        yield option
