"""Files of all kinds, changed at random places: nothing raises, and what is promised of each kind holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .invariants import TOKENS, Seed, targets

CHANGE = st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(TOKENS) | st.binary(max_size=3))
TARGETS = targets()


def _changed(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for place, cut, put in changes:
        at = int(place * len(data))
        data = data[:at] + put + data[at + cut :]
    return data


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=40)
@given(st.data())
def test_changed_files(name: str, data: st.DataObject) -> None:
    target = TARGETS[name]()
    seed: Seed = data.draw(st.sampled_from(target.seeds))
    target.hold(seed.name, _changed(seed.data, data.draw(st.lists(CHANGE, max_size=4))))


@pytest.mark.parametrize("name", TARGETS)
def test_unchanged_files(name: str) -> None:
    target = TARGETS[name]()
    assert target.seeds
    for seed in target.seeds:
        target.hold(seed.name, seed.data)
