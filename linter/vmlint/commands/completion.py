"""`vmlint completion`: what a shell needs to complete vmlint's commands and options."""

from __future__ import annotations

from ..light_typing import TYPE_CHECKING
from . import CLEAN, COMMANDS, arguments

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

SHELLS = ("bash", "zsh", "fish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which shell."""
    parser.add_argument("shell", choices=SHELLS, help="load the output in the shell's start-up file")


def run(options: argparse.Namespace) -> int:
    """Print the completions, made of what the commands themselves say they take."""
    script = {"bash": _bash, "zsh": _zsh, "fish": _fish}[options.shell]
    print("\n".join(script()))
    return CLEAN


def _options(command: str) -> list[argparse.Action]:
    return [action for action in arguments(command) if action.option_strings]


def _choices(action: argparse.Action) -> list[str]:
    """The values that an option or argument can have, as far as they are known; rules and targets are."""
    if action.dest in ("select", "ignore", "rule"):
        from ..catalog import rules

        return [*dict.fromkeys(rule.topic for rule in rules().values()), *rules()]
    if action.dest in ("target", "targets", "origin"):
        from ..targets import ALL, distributions, newest

        series = [found.series for found in newest() if found.series not in distributions()]
        return [*distributions(), *series, *([ALL] if action.dest == "targets" else [])]
    return [str(choice) for choice in action.choices or ()]


def _takes_value(action: argparse.Action) -> bool:
    return action.nargs != 0


def _values(command: str) -> list[str]:
    """The values that the arguments of a command can have."""
    return [choice for action in arguments(command) if not action.option_strings for choice in _choices(action)]


def _bash() -> Iterator[str]:
    yield from ("# bash completion of vmlint: source <(vmlint completion bash)", "_vmlint() {")
    yield "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}"
    yield from ("    if ((COMP_CWORD == 1)); then", f"        {_compgen([*COMMANDS, '--help', '--version'])}")
    yield from ("        return", "    fi", '    case "${COMP_WORDS[1]} $previous" in')
    for command in COMMANDS:
        for action in filter(_takes_value, _options(command)):
            patterns = " | ".join(f"'{command} {name}'" for name in action.option_strings)
            yield from (f"        {patterns})", f"            {_compgen(_choices(action))}", "            return ;;")
    yield from ("    esac", '    case "${COMP_WORDS[1]} $current" in')
    for command in COMMANDS:
        names = [name for action in _options(command) for name in action.option_strings if name.startswith("--")]
        yield from (f"        '{command} -'*)", f"            {_compgen(names)} ;;")
        yield from (f"        '{command} '*)", f"            {_compgen(_values(command))} ;;")
    yield from ("    esac", "}", "complete -o filenames -F _vmlint vmlint")


def _compgen(words: list[str]) -> str:
    """The command that offers some words, or files if there are none."""
    offered = f"-W '{' '.join(words)}'" if words else "-f"
    return f'COMPREPLY=($(compgen {offered} -- "$current"))'


def _zsh() -> Iterator[str]:
    yield from ("#compdef vmlint", "# zsh completion of vmlint: source <(vmlint completion zsh)", "_vmlint() {")
    yield "    local -a commands=("
    yield from (f"        {_quoted(f'{name}:{about}')}" for name, about in COMMANDS.items())
    yield from (
        "    )",
        "    if ((CURRENT == 2)); then",
        "        _describe command commands",
        "        return",
        "    fi",
    )
    yield from ("    local command=$words[2]", "    shift words", "    ((CURRENT--))", "    case $command in")
    for command in COMMANDS:
        yield f"        {command})"
        yield "            _arguments -S \\"
        for action in _options(command):
            yield from (f"                {_zsh_option(name, action)} \\" for name in action.option_strings)
        values = _values(command)
        yield f"                '*:argument:{f'({chr(32).join(values)})' if values else '_files'}'"
        yield "            ;;"
    yield from ("    esac", "}", "compdef _vmlint vmlint")


def _zsh_option(name: str, action: argparse.Action) -> str:
    about = _about(action).replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
    choices = _choices(action)
    value = f"({' '.join(choices)})" if choices else "_files"
    return _quoted(f"*{name}[{about}]" + (f":value:{value}" if _takes_value(action) else ""))


def _fish() -> Iterator[str]:
    yield "# fish completion of vmlint: vmlint completion fish | source"
    yield f"set -l commands {' '.join(COMMANDS)}"
    yield "complete -c vmlint -n \"not __fish_seen_subcommand_from $commands\" -l version -d 'show the version'"
    for command, about in COMMANDS.items():
        yield f'complete -c vmlint -n "not __fish_seen_subcommand_from $commands" -f -a {command} -d {_quoted(about)}'
        seen = f'complete -c vmlint -n "__fish_seen_subcommand_from {command}"'
        if values := _values(command):
            yield f"{seen} -f -a {_quoted(' '.join(values))}"
        for action in _options(command):
            names = " ".join(_fish_name(name) for name in action.option_strings)
            choices = _choices(action)
            value = f" -x -a {_quoted(' '.join(choices))}" if choices else " -r"
            yield f"{seen} {names}{value if _takes_value(action) else ''} -d {_quoted(_about(action))}"


def _fish_name(name: str) -> str:
    return f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"


def _about(action: argparse.Action) -> str:
    return (action.help or "").replace("%%", "%")


def _quoted(text: str) -> str:
    """A word in single quotes, as all three shells read them."""
    return "'" + text.replace("'", "'\\''") + "'"
