"""Git repositories: where one begins, and what git says of one. Imports next to nothing, as discover."""

from __future__ import annotations

import os


def run_git(folder: str, command: str, *arguments: str) -> list[str] | None:
    """The names that git prints, or None where it fails or is not installed; that it finds none is no failure."""
    import subprocess

    if os.name == "nt":  # where else a git.exe in the folder would be run
        os.environ["NODEFAULTCURRENTDIRECTORYINEXEPATH"] = "1"
    safe = ["git", "-c", "core.fsmonitor=false", "-C", folder]  # a repository could name a program there
    ends = [] if command == "check-ignore" else ["-z"]
    try:
        done = subprocess.run(
            [*safe, command, *ends, *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL
        )
    except OSError:
        return None
    if done.returncode > (command == "grep"):
        return None
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


def repository(folder: str) -> str | None:
    """The nearest folder upward that holds `.git`."""
    above = os.path.abspath(folder)
    while not os.path.exists(os.path.join(above, ".git")):
        parent = os.path.dirname(above)
        if parent == above:
            return None
        above = parent
    return above


def is_in_repository_of(folder: str, path: str) -> bool:
    """Whether a path, links followed, leads into the repository of a folder, or into the folder if there is none."""
    real = os.path.realpath(folder)
    top = os.path.join(repository(real) or real, "")
    return os.path.join(os.path.realpath(path), "").startswith(top)
