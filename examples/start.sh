#!/bin/bash
# Starts a test guest; the console is on a telnet port, the monitor on a socket.
set -eu
QEMU=${QEMU:-qemu-system-x86_64}
PORT=${1:-4444}

args=(
    -nodefaults -m 512M
    -serial "telnet:127.0.0.1:$PORT,server,nowait"   # connect with: telnet localhost 4444
    -monitor unix:/tmp/guest.monitor,server,nowait
)
exec "$QEMU" "${args[@]}" \
    -drive file=guest.img,format=raw,if=virtio,readonly \
    -gdb tcp::1234,nodelay
