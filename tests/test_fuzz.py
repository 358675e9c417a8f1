"""Files of every format, changed at random places: nothing raises, spans and fixes keep their promises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmlint.formats import FORMATS

from .fuzz import Seed, hold, seeds

TOKENS = (
    *(
        b"\0",
        b"\n",
        b"\r\n",
        b"\\\n",
        b"\\",
        b"'",
        b'"',
        b"`",
        b"$",
        b"${",
        b"$(",
        b"{{",
        b"}}",
        b"{%",
        b"<%",
        b"%s",
        b"\xff",
        b"\xc3",
    ),
    *(
        "é€\ufeff".encode(),
        b",",
        b",,",
        b"=",
        b",server,nowait",
        b" -device ",
        b" -netdev user,id=n",
        b"qemu-system-x86_64 ",
    ),
    *(
        b"<",
        b">",
        b"/>",
        b"]]>",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"&amp;",
        b"&x;",
        b"&#0;",
        b"<interface>",
        b"</domain>",
        b"xmlns:q='u'",
    ),
    *(
        b"# vmlint: ignore[short-boolean]",
        b"<!-- vmlint: ignore-file[teaming] x -->",
        b"<<E\n",
        b"[",
        b"]",
        b"(",
        b")",
        b"\t",
        b"- ",
    ),
)
CHANGE = st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(TOKENS) | st.binary(max_size=3))
SEEDS = {name: [seed for seed in seeds() if seed.format_name == name] for name in FORMATS}


def _changed(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for place, cut, put in changes:
        at = int(place * len(data))
        data = data[:at] + put + data[at + cut :]
    return data


@pytest.mark.parametrize("format_name", FORMATS)
@settings(max_examples=40)
@given(st.data())
def test_changed_files(format_name: str, data: st.DataObject) -> None:
    seed: Seed = data.draw(st.sampled_from(SEEDS[format_name]))
    hold(seed.name, _changed(seed.data, data.draw(st.lists(CHANGE, max_size=4))))


@pytest.mark.parametrize("seed", seeds(), ids=lambda seed: f"{seed.format_name}-{seed.name}")
def test_unchanged_files(seed: Seed) -> None:
    hold(seed.name, seed.data)
