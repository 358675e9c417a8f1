"""Names and places of the members of JSON arguments."""

from __future__ import annotations

import pytest

from tests.test_option_mistakes import found
from vmlint.qemu.jsontext import Member, json_members


class TestJsonMembers:
    """Names of members as option strings have them."""

    def test_nested(self) -> None:
        text = '{"driver": "raw", "file": {"driver": "file", "locking": "on"}, "x": [{"y": 1}, "z"], "end": true}'
        assert [(member.name, member.value) for member in json_members(text)] == [
            ("driver", '"raw"'),
            ("file.driver", '"file"'),
            ("file.locking", '"on"'),
            ("[.y", "1"),
            ("end", "true"),
        ]

    def test_places(self) -> None:
        text = '{"a": {"b": "on"}}'
        (member,) = json_members(text)
        assert member == Member("a.b", '"on"', 12, 16)
        assert text[member.start : member.end] == member.value

    @pytest.mark.parametrize("text", ["", "{", "}}}}", '{"a', '{"a":', ":::", '{"a": "b', "[[[[", '{"a":"b""c":"d"}'])
    def test_wrong_json_is_no_error(self, text: str) -> None:
        assert all(text[member.start : member.end] == member.value for member in json_members(text))

    @pytest.mark.parametrize(
        ("command", "qemu"),
        [
            ('-device \'{"driver": "e1000", "multifunction": "on"}\'', "==6.1"),
            ('-machine \'{"type": "q35", "usb": "on"}\'', ">=5.2"),
        ],
    )
    def test_nothing_is_said_of_json_that_is_not_read(self, command: str, qemu: str) -> None:
        assert [rule for rule, _ in found(command, qemu)] == ["json-not-read"]

    def test_booleans_below(self) -> None:
        command = '-audiodev \'{"driver": "none", "id": "a", "out": {"mixing-engine": "on"}}\''
        assert found(command) == [("json-boolean-in-quotes", '"on"')]
