"""Rules on the parameters of QEMU options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..finding import Context, Finding
from ..model import Node
from ..qemu.arguments import JSON_START
from ..qemu.commandline import OptionNode
from ..qemu.flags import BOOLEAN, EATEN, TEXT, UNKNOWN, VALUE, flags
from ..qemu.jsontext import json_members
from ..qemu.old_forms import Given, is_kept, matches
from ..qemu.options import NEVER, options
from ..qemu.optstring import FALSE, FLAG, IMPLIED, PAIR, TRUE, Param
from ..qemu.parameters import BOOLEAN as BOOLEANS
from ..qemu.parameters import Parameter
from ..qemu.sockets import is_client, is_gdb_tcp
from ..source import OPAQUE
from ..versions import Version, parse

DEPRECATED = WAIT_REFUSED = NODELAY_CAME = parse("6.0")
"""Since when the short form is documented as deprecated (docs/about/deprecated.rst), and QEMU refuses `wait` on a
client and has `nodelay=`, which excludes `delay=` (chardev/char.c, chardev/char-socket.c; measured on 5.2 and 7.2)."""
WAIT_DEPRECATED = parse("4.0")
"""Since when QEMU warns of `wait=off` on a client (docs, qemu-deprecated.texi of 4.0; measured on 5.2)."""
MEANT = dict.fromkeys(("1", *TRUE), "on") | dict.fromkeys(("0", *FALSE), "off")
MOST_RESTS = 16
"""Of a value cut off by more commas no rest is put back: nobody wrote that as one value."""
TOGETHER = re.compile(r"-([a-zA-Z][\w-]*)[ \t=]")
JSON_TEXTS = {f'"{word}"' for word in (*TRUE, *FALSE)}


def short_boolean(node: Node, context: Context) -> Iterator[Finding]:
    """Bare `server`, `nowait` and the like where QEMU reads a boolean."""
    bare = list(_bare(node, context, BOOLEAN))
    client = bool(bare) and is_client(bare[0][0])
    for option, param, token in bare:
        absence = _absence(option, param.key, context)
        reaction = _reaction(option, context)
        if not absence and reaction != "refused" and not context.target.admits_from("qemu", DEPRECATED):
            continue
        variant = _unwanted(option, param, client)
        long = f"{param.key}={param.value}"
        edits = option.remove(param) if variant else option.text.replace(param.start, param.end, long)
        if option.text.text[param.end : param.end + 2] == ",,":  # they end a flag; a value would take them for a comma
            edits = ()
        fields = {"token": token, "long": long, "option": option.name, "name": param.key} | absence
        variant = variant or ("absent" if absence else reaction)
        yield Finding(option.place(param), fields, edits, variant, safety=_safety(option, param, context))


def parameter_without_value(node: Node, context: Context) -> Iterator[Finding]:
    """A bare token that names a parameter which takes a text or a number."""
    for option, param, token in _bare(node, context, VALUE):
        fields = {"token": token, "name": param.key, "value": param.value, "option": option.name}
        yield Finding(option.place(param), fields, variant=_reaction(option, context))


def comma_not_doubled(node: Node, context: Context) -> Iterator[Finding]:
    """A bare token that looks like the rest of the value before it, perhaps after other rests of it."""
    commas: list[int] = []
    end = 0
    for option, param, token in _bare(node, context, TEXT):
        commas = [*commas, param.start] if end + 1 == param.start else [param.start]
        commas, end = commas[: MOST_RESTS + 1], param.end
        doubled = commas if len(commas) <= MOST_RESTS else []
        edits = tuple(edit for comma in doubled for edit in option.text.replace(comma, comma, ","))
        fields = {"token": token, "option": option.name}
        yield Finding(option.place(param), fields, edits, _reaction(option, context))


def no_cut_off(node: Node, context: Context) -> Iterator[Finding]:
    """A bare token whose own name begins with `no`, which QEMU cuts off."""
    for option, param, token in _bare(node, context, EATEN):
        fields = {"token": token, "read": f"{param.key}={param.value}", "option": option.name}
        yield Finding(option.place(param), fields, variant=_reaction(option, context))


def unknown_flag(node: Node, context: Context) -> Iterator[Finding]:
    """A bare token that names no parameter known here."""
    for option, param, token in _bare(node, context, UNKNOWN):
        fields = {"token": token, "read": f"{param.key}={param.value}", "option": option.name}
        yield Finding(option.place(param), fields, variant=_reaction(option, context))


def boolean_as_first_value(node: Node, context: Context) -> Iterator[Finding]:
    """A boolean in the place where the option takes the value of its implied key."""
    option = _with_argument(node)
    if option is None or not option.params or option.params[0].kind != IMPLIED:
        return
    first, *others = option.params
    if first.key in ("path", "chardev"):
        return  # a socket or a chardev may well be called `server` or `mux`
    if option.name == "-device" and all(param.key != first.key for param in others):
        return  # a driver may have the name of a boolean: ramfb
    known = option.known.get(first.value) or option.known.get(first.value.removeprefix("no"))
    if known is not None and known.takes == BOOLEANS:
        yield Finding(option.place(first), {"token": first.value, "key": first.key, "option": option.name})


def negated_name_with_value(node: Node, context: Context) -> Iterator[Finding]:
    """`nowait=on`: QEMU cuts the `no` off a bare token only. What is not known may have a parameter of that name."""
    option = _with_argument(node)
    if option is None or not option.known.is_told or option.option.flags is not None:
        return
    for param in option.params:
        name, meant = param.key.removeprefix("no"), MEANT.get(param.value.lower())
        known = option.known.get(name) if name != param.key and option.known.get(param.key) is None else None
        if param.kind == PAIR and meant and known is not None and known.is_boolean:
            long = f"{name}={'off' if meant == 'on' else 'on'}"
            edits = option.text.replace(param.start, param.end, long)
            fields = {"name": param.key, "plain": name, "long": long, "option": option.name}
            yield Finding(option.place(param), fields, edits)


def absent_parameter(node: Node, context: Context) -> Iterator[Finding]:
    """A parameter with a value that an admitted release is known to lack, unless another rule tells it as removed."""
    option = _with_argument(node)
    if option is None or not option.known.is_told:
        return
    itself = option.known.itself  # a release without it has nothing of which this could be a parameter
    releases = [one for one in context.target.of("qemu") if itself is None or not itself.is_lacking(one)]
    found = [(name, at, _lacking(option, option.known.get(name), releases)) for name, at in _given(option)]
    removed = _removed(option, context) if any(absence for _, _, absence in found) else set()
    for name, at, absence in found:
        if absence and name not in removed:
            yield Finding(option.text.pick(at), {"name": name} | absence)


def absent_device(node: Node, context: Context) -> Iterator[Finding]:
    """A device or back end that an admitted release does not have yet; rules on what was removed tell the rest."""
    option = _with_argument(node)
    itself = option.known.itself if option is not None else None
    if option is None or itself is None or itself.came is None:
        return
    early = [release for release in context.target.of("qemu") if release < itself.came]
    absence = _lacking(option, itself, early)
    if absence:
        keys = option.option.kind_keys
        given = [at for name, at in _given(option) if name in keys]
        yield Finding(option.text.pick(given[-1]) if given else option.text, absence)


def wait_on_client(node: Node, context: Context) -> Iterator[Finding]:
    """`wait=` written out on a socket that connects to another."""
    option = _with_argument(node)
    if option is None or not context.target.admits_from("qemu", WAIT_DEPRECATED) or not is_client(option):
        return
    is_refused = context.target.admits_from("qemu", WAIT_REFUSED)
    for param in option.params:
        if param.kind == PAIR and param.key == "wait" and (is_refused or param.value in FALSE):
            variant = "" if is_refused else "deprecated"
            yield Finding(option.place(param), {"option": option.name}, option.remove(param), variant)


def delay_with_nodelay(node: Node, context: Context) -> Iterator[Finding]:
    """`delay` where `nodelay=` is given too, or added by QEMU itself."""
    option = _with_argument(node)
    if option is None or not context.target.admits_from("qemu", NODELAY_CAME):
        return
    delays = [param for param in option.params if param.key == "delay"]
    if is_gdb_tcp(option):
        for param in delays:
            if param.kind == PAIR:
                yield Finding(option.place(param), {}, option.remove(param), "gdb")
    elif delays and "delay" in option.option.parameters:
        others = [param for param in option.params if param.key == "nodelay"]
        if others:
            agree = len(others) == 1 and _say_the_same(delays[-1], others[0])
            yield Finding(option.place(delays[-1]), {"option": option.name}, option.remove(others[0]) if agree else ())


def _say_the_same(delay: Param, nodelay: Param) -> bool:
    return (delay.value in FALSE and nodelay.value in TRUE) or (delay.value in TRUE and nodelay.value in FALSE)


def boolean_not_on_or_off(node: Node, context: Context) -> Iterator[Finding]:
    """A boolean with the value `1`, `0`, `ON` or the like."""
    option = _with_argument(node)
    for param in option.params if option is not None else ():
        meant = MEANT.get(param.value.lower())
        is_empty = option is not None and not param.value and param.end < len(option.text.text)
        if option is None or param.kind != PAIR or param.value in (*TRUE, *FALSE) or not (meant or is_empty):
            continue
        known = option.known.get(param.key)
        fields = {"name": param.key, "value": param.value, "meant": meant or "", "option": option.name}
        if known is not None and known.is_boolean and meant:
            value = option.text.pick(*param.value_ranges)
            edits = () if _absence(option, param.key, context) else value.replace(0, len(param.value), meant)
            yield Finding(value, fields, edits)
        elif known is not None and known.takes == BOOLEANS:  # at the end of a text, more may follow in a program
            yield Finding(option.place(param), fields, variant="empty")


def json_boolean_in_quotes(node: Node, context: Context) -> Iterator[Finding]:
    """A boolean in a JSON argument that is written as a text, where an admitted release reads JSON."""
    option = _with_argument(node)
    since = option.option.json if option is not None and option.text.text.startswith("{") else None
    if option is None or since is None or not context.target.admits_from("qemu", since):
        return
    for member in json_members(option.text.text):
        known = option.known.get(member.name) if member.value in JSON_TEXTS else None
        if known is not None and known.takes == BOOLEANS:
            meant = "true" if MEANT[member.value.strip('"')] == "on" else "false"
            name, at = member.name, (member.start, member.end)
            fields = {"name": name, "value": member.value, "meant": meant, "option": option.name}
            yield Finding(option.text.pick(at), fields, option.text.replace(*at, meant))


def _with_argument(node: Node) -> OptionNode | None:
    """The node if it is an option with an argument; an environment variable and a switch have no parameters."""
    return node if isinstance(node, OptionNode) and node.argument is not None else None


def json_not_read(node: Node, context: Context) -> Iterator[Finding]:
    """A JSON argument where the option takes none, or does not yet on an admitted release."""
    option = _with_argument(node)
    since = option.option.json if option is not None else None
    if option is None or since is None or not JSON_START.match(option.text.text):
        return
    oldest = ".".join(map(str, context.target.of("qemu")[0]))
    if context.target.admits_before("qemu", since):
        fields = {"option": option.name, "release": oldest}
        yield Finding(option.text, fields, variant="never" if since == NEVER else "")


def option_and_value_together(node: Node, context: Context) -> Iterator[Finding]:
    """An option and its value in one argument. Only where nothing splits it later, as a shell does with an array."""
    option = node if isinstance(node, OptionNode) else None
    found = TOGETHER.match(option.name) if option is not None and context.root.parent is not None else None
    if option is not None and found is not None and options().takes_argument(found[1]):
        yield Finding(option.word, {"option": f"-{found[1]}"})


def _bare(node: Node, context: Context, kind: str) -> Iterator[tuple[OptionNode, Param, str]]:
    """The bare tokens of one kind in an option's argument; no variable, even in part, and none told as removed."""
    option = _with_argument(node)
    since = option.option.flags if option is not None else None
    if since is not None and not context.target.admits_from("qemu", since):
        return
    found = [param for param, found in flags(option) if found == kind] if option is not None else []
    names = _removed(option, context) if option is not None and found else set()
    told = [Given(option).param(name) for name in names] if option is not None else []  # the last of that name
    for param in found:
        token = node.text.text[param.start : param.end]
        if option is not None and OPAQUE not in token and param not in told:
            yield option, param, token


def _unwanted(option: OptionNode, param: Param, client: bool) -> str:
    """The message where newer releases refuse the parameter in any form, as they do on two kinds of socket."""
    if param.key == "wait" and client:
        return "client"
    return "gdb" if param.key == "delay" and is_gdb_tcp(option) else ""


def _given(option: OptionNode) -> list[tuple[str, tuple[int, int]]]:
    """The parameters that have a value, in either way of writing them, and where those stand; JSON: the value alone."""
    if option.option.json and JSON_START.match(option.text.text):
        return [(member.name, (member.start, member.end)) for member in json_members(option.text.text)]
    return [(param.key, (param.start, param.end)) for param in option.params if param.kind != FLAG]


def _removed(option: OptionNode, context: Context) -> set[str]:
    """The parameters of which `removed-parameter` says already that an admitted release refuses them."""
    found = (match for match in matches("parameter", option) if match.name)
    return {match.name for match in found if match.row.state(context.target, is_kept(match.row, option)) == "removed"}


def _absence(option: OptionNode, name: str, context: Context) -> dict[str, str]:
    """Fields of the message where an admitted release is known to lack a parameter, and refuses it in any form."""
    return _lacking(option, option.known.get(name), context.target.of("qemu"))


def _lacking(option: OptionNode, known: Parameter | None, releases: Sequence[Version]) -> dict[str, str]:
    """Fields that say which of some releases is the oldest to lack something, and which has it; none if all have it."""
    without = next((release for release in releases if known is not None and known.is_lacking(release)), None)
    having = known.nearest(without) if known is not None and without is not None else None
    if without is None or having is None:
        return {}
    words = {"without": ".".join(map(str, without)), "having": ".".join(map(str, having))}
    return words | {"maker": f"{option.name} {option.known.kind}".strip()}


def _safety(option: OptionNode, param: Param, context: Context) -> str | None:
    """Less than safe where older releases pass over `noX`: they obey `X=off`."""
    since = option.option.flags
    passed_over = since is not None and param.value == "off" and context.target.admits_before("qemu", since)
    return "unsafe" if passed_over else None


def _reaction(option: OptionNode, context: Context) -> str:
    """What QEMU does with a bare token: refuses it, warns, or takes it without a word. Names the message."""
    known = option.option
    if known.keyval is not None and context.target.admits_from("qemu", known.keyval):
        return "refused"
    return "" if known.warns or known.keyval else "silent"
