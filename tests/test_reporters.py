"""What holds for every reporter."""

from __future__ import annotations

import io
import json

import pytest
from lxml import etree

from tests.reports import RULES, report, warning
from vmlint.reporters import REPORTERS, write_report
from vmlint.source import Source, Span


@pytest.mark.parametrize("name", list(REPORTERS))
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_every_stream_can_be_written_to(name: str, encoding: str) -> None:
    source = Source("w\udcff.xml", "日本 \U0001f600 ".encode() + b"\xff x")
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    found = warning(source, "\U0001f600", "lone \udcff, 語")._replace(span=Span(7, 13))
    write_report(name, report(found), RULES, stream)
    stream.flush()
    text = raw.getvalue().decode(encoding)
    if name == "json":
        assert json.loads(text)["diagnostics"][0]["message"] == "lone \ufffd, 語"
        assert ("語" in text) == (encoding == "utf-8")
    elif name in ("json-lines", "gitlab"):
        assert "lone \ufffd, 語" in str(json.loads(text))
    elif name in ("junit", "checkstyle"):
        assert "lone \\xff, 語" in str(etree.XML(raw.getvalue()).xpath("string(//@message)"))
    elif name == "sarif":
        result = json.loads(text)["runs"][0]["results"][0]
        assert result["message"]["text"] == "lone \ufffd, 語."
        assert result["locations"][0]["physicalLocation"]["region"]["snippet"]["text"] == "\U0001f600 \ufffd"
    else:
        assert "lone \\xff, " in text
        assert ("語" in text) == (encoding == "utf-8")
