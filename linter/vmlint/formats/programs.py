"""Names of programs: those that run another, those that only speak of one, and other virtual machine monitors."""

from __future__ import annotations

import re

PROGRAM_VARIABLE = re.compile(r"(?:\$[({]?|\{\{\s*|<%=?\s*|@|%)(\w+)(?::?[-=]\"?([^}\"]*))?")
"""A variable of a shell, of make or of a template, and what stands for it where it is not set."""
NOT_A_PROGRAM = re.compile(
    r"arg|opt|flag|param|extra|dir|pid|sock|log|img|disk|mem|net|user|pass|port|id$", re.IGNORECASE
)
TALKERS = frozenset(
    (
        *("[", "[[", "adduser", "apk", "apropos", "apt", "apt-cache", "apt-get", "apt-mark", "aptitude"),
        *("brew", "cat", "cd", "chgrp", "chmod", "chown", "cp", "dnf", "dpkg", "dpkg-query", "emerge", "eval"),
        *("file", "find", "getcap", "git", "grep", "egrep", "fgrep", "hash", "info", "install", "killall", "ldd"),
        *("ln", "ls", "lsmod", "man", "microdnf", "mkdir", "modprobe", "mv", "nc", "nix-env", "pacman", "pgrep"),
        *("pip", "pkill", "rg", "rm", "rmmod", "rpm", "sed", "awk", "service", "setcap", "snap", "socat", "strip"),
        *("systemctl", "tdnf", "test", "touch", "type", "usermod", "virsh", "virt-install", "whereis", "which"),
        *("yum", "zypper"),
    )
)
"""Commands that speak of a program rather than run it, or whose own options have the names of QEMU's."""
MATCHERS = frozenset(
    (
        *("[", "[[", "apropos", "awk", "egrep", "fgrep", "find", "git", "grep", "killall", "man", "pgrep", "pkill"),
        *("rg", "sed", "test"),
    )
)
"""Commands whose words are texts to look for, or prose."""
RUNNERS = frozenset(
    (
        *("bwrap", "cgexec", "chroot", "chrt", "command", "distrobox", "doas", "docker", "env", "exec"),
        *("firejail", "flatpak-spawn", "gdb", "ionice", "ip", "linux64", "ltrace", "nice", "nohup", "nsenter"),
        *("numactl", "perf", "podman", "prlimit", "rr", "runuser", "setarch", "setpriv", "setsid", "stdbuf"),
        *("strace", "sudo", "systemd-run", "taskset", "time", "timeout", "unshare", "valgrind"),
        "xvfb-run",
    )
)
"""Commands that run the program named among their arguments."""
OTHER_VMM = re.compile(
    r"stratovirt|cloud[-_]?hypervisor|\bcrosvm|firecracker|\blkvm\b|kvmtool|\bbhyve|\bvmctl\b|\bxl\b|VBoxManage|vfkit",
    re.IGNORECASE,
)
"""Other virtual machine monitors, some with options of the same names, and what variables for them are called."""
