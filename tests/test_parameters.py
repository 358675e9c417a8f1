"""Marks of facts on parameters: the releases that have one, of those that were asked."""

from __future__ import annotations

from vmlint.qemu.parameters import BOOLEAN, MEASURED, VALUE, Parameter, read_mark, read_parameters


class TestMarks:
    """`NAME@A..B`: of a release between two that were asked nothing is known, but where documentation says more."""

    def test_without_a_mark_every_release_has_it(self) -> None:
        assert not any(read_mark(BOOLEAN, "").is_lacking(release) for release in MEASURED)

    def test_asked_releases(self) -> None:
        came = read_mark(BOOLEAN, "10.0..")
        assert [came.is_lacking(release) for release in ((5, 2), (7, 2), (7, 2, 22), (9, 1), (10, 0), (11, 1))] == [
            *(True, True, True, False, False, False)
        ]
        assert came.nearest((7, 2)) == (10, 0)

    def test_exact_releases(self) -> None:
        came = read_mark(BOOLEAN, "8.1..")
        assert [came.is_lacking(release) for release in ((7, 2), (8, 0), (8, 0, 5), (8, 1), (11, 1))] == [
            *(True, True, True, False, False)
        ]

    def test_what_went(self) -> None:
        went = read_mark(BOOLEAN, "7.2..10.0")
        assert [went.is_lacking(release) for release in ((5, 2), (7, 2), (10, 0), (10, 2), (11, 1), (12, 0))] == [
            *(True, False, False, False, True, True)
        ]
        assert went.nearest((11, 1)) == (10, 0)
        assert went.nearest((5, 2)) == (7, 2)

    def test_within_what_is_itself_not_always_there(self) -> None:
        device = read_mark(VALUE, "10.0..")
        assert read_mark(BOOLEAN, "").within(device) == Parameter(BOOLEAN, (10, 0), None)
        assert read_mark(BOOLEAN, "7.2..").within(device) == Parameter(BOOLEAN, (10, 0), None)
        assert read_mark(BOOLEAN, "11.1..").within(device) == Parameter(BOOLEAN, (11, 1), None)

    def test_a_table(self) -> None:
        assert read_parameters({"booleans": "a b@7.2..", "values": ["c"]}) == {
            "a": Parameter(BOOLEAN),
            "b": Parameter(BOOLEAN, (7, 2)),
            "c": Parameter(VALUE),
        }
