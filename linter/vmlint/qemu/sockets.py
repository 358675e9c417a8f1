"""What QEMU makes of a socket character device: does it listen or connect?"""

from __future__ import annotations

from .commandline import OptionNode
from .optstring import FALSE


def is_client(option: OptionNode) -> bool:
    """Whether the option certainly makes a socket that connects to another: it is one, and nothing turns `server` on.

    False for what is not a socket, where a variable could hold anything, and where a parameter that nobody knows may be
    a `server` with a slip in it.
    """
    if option.argument is None or option.argument.opaque or not _is_socket(option):
        return False
    if is_gdb_tcp(option):  # gdb appends server=on itself
        return False
    if any(option.known.get(param.key) is None for param in option.params):
        return False
    server = option.value("server")
    return server is None or server.text in FALSE


def is_gdb_tcp(option: OptionNode) -> bool:
    """Whether this is `-gdb tcp:…`, to which QEMU itself appends `wait=off,nodelay=on,server=on`."""
    return option.name == "-gdb" and option.text.text.startswith("tcp:")


def _is_socket(option: OptionNode) -> bool:
    if option.option.reader == "chardev":
        return bool(option.kind)
    backend = option.value("backend")
    return option.name == "-chardev" and backend is not None and backend.text == "socket"
