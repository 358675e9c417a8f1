"""The mistakes that look like short booleans, and what only looks like a mistake; each seen on the four QEMUs."""

from __future__ import annotations

import shlex

import pytest

import vmlint
from vmlint.fixer import apply


def found(command: str, qemu: str = "==11.1") -> list[tuple[str, str]]:
    """Rule and text of each finding."""
    report = vmlint.check_argv(["qemu-system-x86_64", *shlex.split(command)], qemu=qemu)
    return [(d.rule, d.source.decode(*d.span)) for d in report.diagnostics]


def safely_fixed(command: str, qemu: str = ">=5.2") -> list[str]:
    """The titles of the safe fixes."""
    report = vmlint.check_argv(["qemu-system-x86_64", *shlex.split(command)], qemu=qemu)
    return [d.fix.title for d in report.diagnostics if d.fix is not None and d.fix.safety == "safe"]


class TestCommaNotDoubled:
    """QEMU lexes the rest of a text as a flag, and says "Please use b.sock=on"."""

    @pytest.mark.parametrize(
        ("command", "rest"),
        [
            ("-chardev socket,id=c,path=a,b.sock,server=on,wait=off", "b.sock"),
            ("-drive if=none,file=disk,a.img", "a.img"),
            ("-virtfs local,path=/srv/a,/b,mount_tag=t", "/b"),
            ("-object secret,id=s,data=a,b", "b"),
            ("-fw_cfg name=opt/x,string=a,b", "b"),
            ("-name a,b", "b"),
            ("-name vm,process=qemu,main", "main"),
            ("-smbios 'type=1,manufacturer=Acme, Inc.'", " Inc."),
            ("-smbios type=3,asset=rack,left", "left"),
        ],
    )
    def test_the_rest_is_never_written_as_a_boolean(self, command: str, rest: str) -> None:
        assert found(command) == [("comma-not-doubled", rest)]
        assert safely_fixed(command) == []

    @pytest.mark.parametrize(
        "command", ["-name a,,b", "-chardev socket,id=c,path=a,,server", "-drive file=disk,,a.img,if=none"]
    )
    def test_a_doubled_comma_is_silent(self, command: str) -> None:
        assert found(command) == []

    def test_what_may_be_a_slip_is_no_rest(self) -> None:
        assert found("-name vm,debug-thread") == [("unknown-flag", "debug-thread")]

    def test_a_rest_of_a_rest_is_put_back_with_it(self) -> None:
        """A flag ends at a comma, doubled or not: the second comma alone would not help."""
        report = vmlint.check_argv(["qemu-system-x86_64", "-drive", "if=none,file=disk,a.img,b.img"])
        first, second = (each for each in report.diagnostics if each.rule == "comma-not-doubled")
        assert first.fix is not None
        assert second.fix is not None
        line = second.source.data
        assert apply(line, first.fix.edits).endswith(b"file=disk,,a.img,b.img\n")
        assert apply(line, second.fix.edits).endswith(b"file=disk,,a.img,,b.img\n")

    @pytest.mark.parametrize(
        "command", ["-machine q35,a.img", "-cpu host,a.img", "-netdev user,id=n,restrict=on,a.img"]
    )
    def test_a_value_that_no_comma_can_be_in_has_no_rest(self, command: str) -> None:
        """A first value ends at a comma, doubled or not, where QEMU reads strictly; and `on` is all of a value."""
        assert "comma-not-doubled" not in [rule for rule, _ in found(command)]

    @pytest.mark.parametrize("command", ["-drive disk.img", "-spice 5930", "-rtc utc", "-smbios 1"])
    def test_a_first_token_without_an_implied_key_follows_no_text(self, command: str) -> None:
        assert [rule for rule, _ in found(command)] == ["unknown-flag"]


class TestParameterWithoutValue:
    """The text `on`, or `off`, where a text or a number is meant."""

    @pytest.mark.parametrize(
        ("command", "token"),
        [
            ("-chardev socket,path,id=c,server=on", "path"),
            ("-fw_cfg name=opt/x,string", "string"),
            ("-smbios type=1,serial", "serial"),
            ("-object secret,id=s,data", "data"),
            ("-device nvme,serial", "serial"),
            ("-device virtio-net-pci,rombar", "rombar"),
            ("-name vm,process", "process"),
            ("-netdev tap,id=n,noscript", "noscript"),
            ("-netdev user,id=n,hostname", "hostname"),
            ("-vnc :1,share", "share"),
            ("-vnc :1,nowebsocket", "nowebsocket"),
            ("-spice port=1,tls-channel", "tls-channel"),
            ("-drive file=x,nocache", "nocache"),
            ("-chardev null,id", "id"),
            ("-chardev null,noid", "noid"),
            ("-add-fd fd=0,set=2,opaque", "opaque"),
            ("-compat deprecated-input=accept,deprecated-output", "deprecated-output"),
        ],
    )
    def test_has_no_fix(self, command: str, token: str) -> None:
        assert found(command) == [("parameter-without-value", token)]
        assert safely_fixed(command) == []

    @pytest.mark.parametrize(
        ("command", "token"),
        [
            ("-drive file=x,discard", "discard=on"),
            ("-drive file=x,nodiscard", "discard=off"),
            ("-drive file=x,detect-zeroes", "detect-zeroes=on"),
            ("-vnc :1,websocket", "websocket=on"),
            ("-overcommit mem-lock", "mem-lock=on"),
        ],
    )
    def test_on_is_a_right_value_of_some_words(self, command: str, token: str) -> None:
        assert safely_fixed(command) == [f"Write '{token}'"]


@pytest.mark.parametrize(
    ("command", "token"),
    [
        ("-drive file=x,node-name", "node-name"),
        ("-numa node,memdev=m,nodeid", "nodeid"),
        ("-vnc :1,non-adaptive", "non-adaptive"),
        ("-device virtio-net-pci,notify_on_empty", "notify_on_empty"),
    ],
)
def test_names_that_begin_with_no(command: str, token: str) -> None:
    assert found(command) == [("name-begins-with-no", token)]
    assert found(command + "=on") == []


def test_a_name_that_only_holds_no() -> None:
    assert found("-device vfio-pci,x-no-mmap") == [("short-boolean", "x-no-mmap")]


@pytest.mark.parametrize(
    ("command", "token"),
    [
        ("-chardev server,id=c", "server"),
        ("-name debug-threads", "debug-threads"),
        ("-boot menu", "menu"),
        ("-icount align", "align"),
        ("-machine usb", "usb"),
        ("-device multifunction,driver=e1000", "multifunction"),
        ("-object share,qom-type=memory-backend-ram", "share"),
        ("-boot nomenu", "nomenu"),
        ("-name nodebug-threads", "nodebug-threads"),
        ("-icount nosleep", "nosleep"),
    ],
)
def test_booleans_in_first_position(command: str, token: str) -> None:
    assert found(command) == [("boolean-as-first-value", token)]


@pytest.mark.parametrize(
    "command",
    [
        *(
            "-serial file:o.txt,append",
            "-serial pipe:p,server",
            "-serial /dev/ttyS0,server",
            "-serial chardev:c,server",
        ),
        *("-monitor nonesuch,server", "-serial vc:80Cx24C,mux", "-hda disk.img,readonly", "-pflash a,readonly"),
        *("-append a,nowait", "-kernel a,b", "-mem-path a,share", "-D a,b", "-pidfile a,b", "-usbdevice mouse,foo"),
        *("-watchdog-action reset,foo", "-d int,nochain", "-global e1000.mac=a,b", "-set device.d.x=a,b"),
        *("-incoming unix:m.sock,server,nowait", "-incoming exec:cat,server", "-cpu qemu64,+sse4.2,-nx,nosse"),
        *("-device e1000,help", "-device e1000,?", "-chardev null,id=c,help", "-boot nc", "-boot n", "-sandbox on"),
        *("-trace foo", "-icount auto", "-nic none", "-vnc none", "-vnc :1,vnc=:2", "-netdev user,id=n,restrict=yes"),
        *("-chardev socket,id=c,path=x,server=true,wait=n", "-chardev=null,id=c,mux", "-acpitable sig,data=x"),
        "-object memory-backend-file,id=m,size=1,mem-path=x,x-use-canonical-path-for-ramblock-id=off",
    ],
)
def test_what_only_looks_like_a_mistake_is_silent(command: str) -> None:
    assert found(command) == []


@pytest.mark.parametrize(
    ("command", "token", "long"),
    [
        ("-chardev socket,id=c,path=x,server=on,nowait=on", "nowait=on", "wait=off"),
        ("-serial unix:x,server=on,nowait=off", "nowait=off", "wait=on"),
        ("-device e1000,nomultifunction=no", "nomultifunction=no", "multifunction=on"),
        ("-drive if=none,file=x,format=raw,nosnapshot=1", "nosnapshot=1", "snapshot=off"),
        ("-machine q35,nousb=on", "nousb=on", "usb=off"),
        ("-display none,nofull-screen=on", "nofull-screen=on", "full-screen=off"),
    ],
)
def test_no_is_cut_off_bare_tokens_only(command: str, token: str, long: str) -> None:
    """Measured on the four: "Invalid parameter 'nowait'"."""
    (error,) = vmlint.check_argv(["qemu-system-x86_64", *shlex.split(command)]).diagnostics
    assert (error.rule, error.source.decode(*error.span)) == ("negated-name-with-value", token)
    assert error.fix is not None
    assert (error.fix.title, error.fix.safety) == (f"Write '{long}'", "unsafe")


@pytest.mark.parametrize(
    "command",
    [
        *("-vnc :1,non-adaptive=on", "-drive file=x,if=none,node-name=on", "-device no-such,nomultifunction=on"),
        *("-incoming tcp:0:1,noipv4=on", "-chardev socket,id=c,path=x,server=on,nofoo=on"),
    ],
)
def test_names_that_may_be_right(command: str) -> None:
    assert found(command) == []


class TestOneMistakeIsOneFinding:
    """What a release removed is told as removed, whatever else is wrong with it."""

    @pytest.mark.parametrize(
        ("command", "token"),
        [
            ("-spice port=1,password", "password"),
            ("-vnc :1,notls", "notls"),
            ("-object secret,id=s,data=x,loaded", "loaded"),
            ("-device virtio-blk-pci,drive=d,scsi", "scsi"),
            ("-display sdl,alt_grab", "alt_grab"),
        ],
    )
    def test_a_bare_token_that_was_removed(self, command: str, token: str) -> None:
        assert found(command) == [("removed-parameter", token)]

    def test_only_the_last_of_a_name_is_told_as_removed(self) -> None:
        assert found("-object secret,id=s,data=x,noloaded,loaded") == [
            ("short-boolean", "noloaded"),
            ("removed-parameter", "loaded"),
        ]

    def test_no_long_form_is_advised_that_newer_releases_refuse(self) -> None:
        assert safely_fixed("-display sdl,alt_grab") == []
        assert found("-display sdl,alt_grab", "==5.2") == [("short-boolean", "alt_grab")]


class TestBeforeTwoCommas:
    """Two commas end a flag, after which the next begins; in a value they are one comma of it."""

    @pytest.mark.parametrize(
        "command",
        [
            "-chardev socket,id=c,path=x,server=on,nowait,,",
            "-device e1000,multifunction,,id=n",
            "-gdb tcp::1,nodelay,,server=on",
        ],
    )
    def test_no_fix_before_them(self, command: str) -> None:
        assert ("unknown-flag", "") in found(command)
        assert safely_fixed(command) == []


class TestSockets:
    """Where newer releases refuse a parameter in any form."""

    def test_a_misspelt_server_is_no_certain_client(self) -> None:
        """The fix would take out what the server needs."""
        assert found("-chardev socket,id=c,path=x,sevrer,nowait") == [
            ("unknown-flag", "sevrer"),
            ("short-boolean", "nowait"),
        ]
        assert safely_fixed("-chardev socket,id=c,path=x,sevrer,nowait") == ["Write 'wait=off'"]
        assert found("-chardev socket,id=c,path=x,Server=on,wait=off") == []

    def test_delay_and_nodelay_that_say_the_same(self) -> None:
        assert safely_fixed("-chardev socket,id=c,host=h,port=1,delay=off,nodelay=on") == [
            "Remove 'nodelay', which says the same"
        ]

    def test_delay_and_nodelay_that_differ(self) -> None:
        command = "-chardev socket,id=c,host=h,port=1,delay=on,nodelay=on"
        assert found(command) == [("delay-with-nodelay", "delay=on")]
        assert safely_fixed(command) == []


class TestKeyval:
    """The stricter parser."""

    @pytest.mark.parametrize("command", ["-blockdev null-co,,node-name=n", "-machine q35,,usb=on", "-smp 2,,cores=2"])
    def test_two_commas_after_the_first_value_are_none(self, command: str) -> None:
        """Measured: "Invalid parameter ''", where the same is an escape in other options."""
        assert found(command) == [("unknown-flag", "")]

    def test_vnc_has_the_other(self) -> None:
        assert found("-display vnc=:1,password") == [("short-boolean", "password")]
        assert found("-display gtk,full-screen") == [("short-boolean", "full-screen")]
