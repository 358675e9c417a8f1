"""Random arguments of QEMU's options, for tests/predict.py to ask real QEMUs about."""

from __future__ import annotations

import random
from collections.abc import Iterator

from vmlint.qemu.arguments import read_argument
from vmlint.qemu.properties import all_properties, known_parameters, properties

SKELETONS = {
    "-chardev": [
        "null,id=c",
        "socket,id=c,path=x.sock,server=on,wait=off",
        "file,id=c,path=o.txt",
        "id=c,backend=null",
    ],
    "-serial": [
        *(
            "unix:x.sock,server=on,wait=off",
            "tcp:127.0.0.1:0,server=on,wait=off",
            "telnet:127.0.0.1:0,server=on,wait=off",
        ),
        *(
            "file:o.txt",
            "null",
            "vc:80x24",
            "mon:unix:x.sock,server=on,wait=off",
            "websocket:127.0.0.1:0,server=on,wait=off",
        ),
        *("tn3270:127.0.0.1:0,server=on,wait=off", "udp:127.0.0.1:4555", "pipe:none", "chardev:quit"),
    ],
    "-monitor": ["unix:x.sock,server=on,wait=off", "telnet:127.0.0.1:0,server=on,wait=off", "none"],
    "-device": [
        *(
            "pcie-root-port,id=r,chassis=1",
            "virtio-balloon-pci",
            "driver=e1000,id=n",
            "qemu-xhci",
            "nvme,drive=no",
            "VGA",
        ),
        *("virtio-net-pci,id=n", "ich9-ahci", "pvpanic-pci", "virtio-sound-pci", "isa-serial", "usb-tablet", "no-such"),
    ],
    "-drive": ["file=disk.img,format=raw,if=none,id=d", "if=none,id=d", "file=disk.img,format=qcow2,if=none"],
    "-netdev": [
        *(
            "user,id=n",
            "id=n,type=user",
            "stream,id=n,server=on,addr.type=unix,addr.path=y.sock",
            "hubport,id=h,hubid=1",
        ),
        *("socket,id=n,udp=127.0.0.1:1,localaddr=127.0.0.1:2", "dgram,id=n,local.type=unix,local.path=z.sock"),
    ],
    "-object": [
        *(
            "memory-backend-ram,id=m,size=1M",
            "rng-builtin,id=r",
            "iothread,id=t",
            "authz-list-file,id=a,filename=disk.img",
        ),
        *(
            "memory-backend-file,id=m,size=1M,mem-path=disk.img",
            "secret,id=s,data=x",
            "tls-creds-anon,id=t,endpoint=server",
        ),
        "memory-backend-memfd,id=m,size=1M",
    ],
    "-machine": ["q35", "type=pc", "none", "microvm", "pc-i440fx-5.2"],
    "-boot": ["c", "order=c"],
    "-accel": ["tcg", "accel=tcg"],
    "-name": ["vm", "guest=vm"],
    "-msg": ["timestamp=on"],
    "-overcommit": ["cpu-pm=off", "mem-lock=off"],
    "-smbios": ["type=0", "type=1,serial=s"],
    "-vnc": [":77", "none", "unix:v.sock"],
    "-fsdev": ["local,id=f,path=.,security_model=none"],
    "-blockdev": ["null-co,node-name=n", "driver=null-co,node-name=n"],
    "-rtc": ["base=utc"],
    "-m": ["64", "size=64"],
    "-audiodev": ["none,id=a"],
    "-icount": ["3", "shift=3"],
    "-mon": ["chardev=quit", "quit"],
    "-net": ["user", "none"],
    "-nic": ["user,id=n", "none"],
    "-numa": ["node", "node,nodeid=0"],
    "-smp": ["2", "cpus=2"],
    "-sandbox": ["off", "enable=off"],
    "-trace": ["memory_region_ops_read"],
    "-fw_cfg": ["name=opt/x,string=abc", "opt/y,string=abc"],
    "-acpitable": ["sig=ABCD,data=disk.img"],
    "-option-rom": ["romfile=disk.img"],
    "-display": ["none", "vnc=none"],
    "-iscsi": ["initiator-name=iqn.x"],
    "-virtfs": ["local,path=.,mount_tag=t,security_model=none"],
    "-parallel": ["unix:p.sock,server=on,wait=off", "null"],
    "-qmp": ["tcp:127.0.0.1:0,server=on,wait=off"],
    "-gdb": ["unix:g.sock,server=on,wait=off", "tcp:127.0.0.1:0", "none"],
    "-incoming": [
        "tcp:127.0.0.1:0",
        "unix:m.sock",
        "main,addr.transport=socket,addr.type=unix,addr.path=m.sock",
        "defer",
    ],
    "-tpmdev": ["passthrough,id=t"],
    "-global": ["driver=e1000,property=mac,value=x", "e1000.mac=x"],
    "-M": ["q35,usb=off", "type=pc", "microvm", "isapc", "pc-q35-5.2"],
    "-qmp-pretty": ["unix:q.sock,server=on,wait=off"],
    "-debugcon": ["file:d.txt", "unix:d.sock,server=on,wait=off"],
    "-qtest": ["unix:t.sock,server=on,wait=off"],
    "-spice": ["disable-ticketing=on,port=0", "unix=on,addr=s.sock"],
    "-audio": ["none", "driver=none,model=ac97"],
    "-action": ["panic=none", "reboot=shutdown"],
    "-run-with": ["async-teardown=off", "user=root"],
    "-add-fd": ["fd=0,set=1"],
    "-plugin": ["missing.so", "file=missing.so"],
    "-compat": ["deprecated-input=accept"],
    "-set": ["device.d.multifunction=on", "chardev.quit.mux=off"],
    "-semihosting-config": ["enable=on"],
    "-cpu": ["qemu64", "max"],
    "-append": ["console=ttyS0"],
    "-kernel": ["disk.img"],
    "-hda": ["disk.img"],
    "-cdrom": ["disk.img"],
    "-fda": ["disk.img"],
    "-initrd": ["disk.img"],
    "-bios": ["disk.img"],
    "-D": ["log.txt"],
    "-dfilter": ["0x1000..0x2000"],
    "-watchdog": ["i6300esb"],
    "-realtime": ["mlock=off"],
    "-soundhw": ["hda"],
    "-mem-path": ["."],
    "-pidfile": ["p.pid"],
    "-k": ["en-us"],
    "-vga": ["none"],
    "-uuid": ["b2b4d3bb-9f8a-4f5b-8a22-1c4d6d8f0b11"],
    "-usbdevice": ["tablet"],
    "-watchdog-action": ["none"],
    "-d": ["int"],
    "-prom-env": ["a=b"],
}
"""An option of each kind, with arguments to which more is added. None opens a window, a network or a file outside."""
WORDS = ["foo", "nofoo", "no", "node-name", "none", "normal", "b.sock", "a b", "on", "off", "X", "mux2", "no-wait"]


def strings(count: int, seed: int) -> Iterator[list[str]]:
    """Random arguments of random options: known booleans, bare values, words of no meaning, doubled and odd commas."""
    chance = random.Random(seed)
    for _ in range(count):
        name = chance.choice(list(SKELETONS))
        parts = [chance.choice(SKELETONS[name])]
        booleans, values = names(name[1:], parts[0])
        for _ in range(chance.randint(1, 3)):
            boolean = chance.choice(booleans)
            shapes = [
                boolean,
                f"no{boolean}",
                boolean,
                f"{boolean}=on",
                f"{boolean}=off",
                chance.choice(values),
                chance.choice(WORDS),
                "",
                f",{boolean}",
            ]
            parts.append(chance.choice(shapes))
        chance.shuffle(parts) if chance.random() < 0.15 else None
        yield [name, ",".join(parts) + chance.choice(["", "", "", ","])]


def names(option: str, text: str) -> tuple[list[str], list[str]]:
    """The booleans and the other parameters of what an argument makes, and one boolean of something else; never `id`."""
    argument = read_argument(option, text)
    known = known_parameters(argument.option, text, argument.params)
    section = argument.option.properties
    found = dict(argument.option.parameters)
    if section:
        found |= properties(section, known.kind) or {}
        foreign = sorted(set(all_properties(section)) - set(found))
        found |= {name: all_properties(section)[name] for name in foreign[:: max(1, len(foreign) // 3)]}
    booleans = [name for name, parameter in sorted(found.items()) if parameter.is_boolean]
    values = [name for name, parameter in sorted(found.items()) if not parameter.is_boolean and name != "id"]
    return booleans or ["foo"], values or ["foo"]
