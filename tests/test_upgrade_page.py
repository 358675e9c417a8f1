"""The page of `vmlint upgrade`, in a real browser where one is installed, and as text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.browser import Page, chromium
from tests.test_upgrade import PAIR, PLAIN, SILENT, WARNED, judged
from vmlint.reporters import write_upgrade
from vmlint.targets import distributions
from vmlint.upgrade import UpgradeReport

TARGETS = ("debian-11", "debian-12", "debian-13")
HOSTILE = "</td></table><script>window.broken=1</script><img src=x onerror='window.broken=2'>"
FILES = {
    "web.sh": SILENT.replace("old", "web-10"),
    "db.sh": WARNED.replace("warned", "web-9"),
    "pair.xml": PAIR.format(model="e1000"),
    "plain.xml": PLAIN,
    "xen.xml": "<domain type='xen'><name>xen</name></domain>\n",
}
NAMES = "[...document.querySelectorAll('#vms tbody:not([hidden]) > tr:first-child > th')].map(head => head.textContent)"


def page(report: UpgradeReport) -> str:
    stream = io.StringIO()
    write_upgrade("html", report, stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    if chromium() is None:
        pytest.skip("Chromium is not installed")
    with Page(tmp_path_factory.mktemp("profile")) as shown:
        yield shown


@pytest.fixture
def shown(browser: Page, tmp_path: Path) -> Iterator[Page]:
    """A page with a VM for each verdict; whatever a test does with it, nothing may go wrong in the script."""
    file = tmp_path / "report.html"
    file.write_text(page(judged(FILES, TARGETS, "debian-11")), "utf-8")
    browser.requests.clear()
    browser.errors.clear()
    browser.call("Emulation.setEmulatedMedia", media="", features=[])
    browser.open(file)
    yield browser
    assert browser.errors == []


def choose(shown: Page, control: str, value: str) -> None:
    """Give a control a value, as a user's choice does."""
    shown.run(
        f"(() => {{ const control = document.getElementById('{control}'); control.value = '{value}';"
        "control.dispatchEvent(new Event('input', {bubbles: true})) })()"
    )


def click(shown: Page, selector: str, index: int = 0) -> None:
    """A click of the mouse in the middle of an element."""
    place = shown.run(
        f"(() => {{ const found = document.querySelectorAll({selector!r})[{index}]; found.scrollIntoView({{block: 'center'}});"
        "const box = found.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] })()"
    )
    for kind in ("mousePressed", "mouseReleased"):
        shown.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)
    shown.run("new Promise(done => setTimeout(done))")


def test_the_page_is_whole_and_asks_for_nothing_else(shown: Page) -> None:
    assert [url.partition(":")[0] for url in shown.requests] == ["file"]
    assert shown.run("document.title") == "Upgrade to Debian 11 bullseye, Debian 12 bookworm, Debian 13 trixie"
    assert shown.run(NAMES) == ["web-10new", "paired", "xen", "web-9", "plain"], "gravest first"
    cells = "[...document.querySelectorAll('#vms tbody')].map(body => [...body.rows[0].cells].slice(2).map(cell => cell.textContent))"
    assert shown.run(cells) == [
        ["starts", "starts", "fails", "fails"],
        ["fails", "fails", "fails", "fails"],
        ["unknown", "unknown", "unknown", "unknown"],
        ["starts", "starts", "warns", "warns"],
        ["starts", "starts", "starts", "starts"],
    ]
    counts = "[...document.querySelectorAll('#releases tbody tr')].map(row => [...row.cells].slice(3).map(cell => cell.textContent))"
    assert shown.run(counts) == [
        ["1", "1", "0", "3", "1", "0"],
        ["2", "1", "1", "1", "1", "0"],
        ["2", "1", "1", "1", "1", "0"],
    ]


def test_columns_sort_both_ways_and_say_so(shown: Page) -> None:
    click(shown, "#vms thead button", 0)
    assert shown.run(NAMES) == ["paired", "plain", "web-9", "web-10new", "xen"], "numbers in names count as numbers"
    assert shown.run("document.querySelector('#vms thead th').getAttribute('aria-sort')") == "ascending"
    click(shown, "#vms thead button", 0)
    assert shown.run(NAMES) == ["xen", "web-10new", "web-9", "plain", "paired"]
    click(shown, "#vms thead button", 5)
    assert shown.run(NAMES) == ["web-10new", "paired", "xen", "web-9", "plain"], "gravest first"
    sorted_by = "[...document.querySelectorAll('#vms thead th')].map(head => head.getAttribute('aria-sort'))"
    assert shown.run(sorted_by) == [None, None, None, None, None, "ascending"]
    click(shown, "#clear")
    assert shown.run(sorted_by) == [None] * 6


def test_search_and_choices_leave_what_is_wanted(shown: Page) -> None:
    assert shown.run("document.getElementById('count').textContent") == "5 VMs"
    choose(shown, "search", "WEB sh")
    assert shown.run(NAMES) == ["web-10new", "web-9"]
    assert shown.run("document.getElementById('count').textContent") == "2 of 5 VMs"
    choose(shown, "search", "nodelay")
    assert shown.run(NAMES) == ["web-10new"], "reasons are searched too"
    choose(shown, "search", "")
    choose(shown, "verdict", "r")
    assert shown.run(NAMES) == ["web-10new", "paired"]
    choose(shown, "release", "0")
    assert shown.run(NAMES) == ["paired"], "on debian-11"
    choose(shown, "release", "")
    click(shown, "#only-new")
    assert shown.run(NAMES) == ["web-10new"]
    click(shown, "#clear")
    assert len(shown.run(NAMES)) == 5


def test_a_count_shows_the_vms_that_it_counts(shown: Page) -> None:
    click(shown, "#releases tbody tr:nth-child(2) td[data-verdict] button", 2)
    assert shown.run(NAMES) == ["web-9"]
    assert shown.run("[document.getElementById('verdict').value, document.getElementById('release').value]") == [
        "w",
        "1",
    ]


def test_reasons_fold_out_by_keyboard(shown: Page) -> None:
    first = "document.querySelector('#vms tbody th button')"
    assert shown.run("document.querySelector('#vms tbody .why').hidden") is True
    assert shown.run(f"{first}.getAttribute('aria-expanded')") == "false"
    shown.run("document.getElementById('clear').focus()")
    for _ in range(20):
        shown.press("Tab")
        if shown.run(f"document.activeElement === {first}"):
            break
    shown.press("Enter")
    assert shown.run("document.querySelector('#vms tbody .why').hidden") is False
    assert shown.run(f"{first}.getAttribute('aria-expanded')") == "true"
    reason = shown.run("document.querySelector('#vms tbody .why li').textContent")
    assert "QEMU 6.0 and later refuse it" in reason
    assert "web.sh:1:" in reason
    assert "on debian-12, debian-13" in reason
    assert "safe fix: Remove 'nodelay'" in reason
    click(shown, "#toggle")
    assert shown.run("[...document.querySelectorAll('.why')].every(row => !row.hidden)") is True


def test_assistive_technology_hears_a_table(shown: Page) -> None:
    """The rows are laid out as grids, which must not take their meaning."""
    shown.run("document.getElementById('vms-head').scrollIntoView()")
    shown.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    nodes = shown.call("Accessibility.getFullAXTree")["nodes"]
    heard = [(node["role"]["value"], node.get("name", {}).get("value")) for node in nodes if not node["ignored"]]
    assert ("rowheader", "paired") in heard
    assert ("columnheader", "debian-13") in heard
    assert heard.count(("cell", "fails")) == 6


def test_many_releases_have_marks_whose_words_are_still_heard(browser: Page, tmp_path: Path) -> None:
    names = [name for name in distributions() if not name.startswith("rhel")]
    file = tmp_path / "wide.html"
    file.write_text(page(judged(FILES, names, "debian-11")), "utf-8")
    browser.open(file)
    browser.call("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    fits = (
        "document.getElementById('vms').parentNode.scrollWidth <= document.getElementById('vms').parentNode.clientWidth"
    )
    assert browser.run(fits) is True, "no release is out of sight"
    assert "will not start" in browser.run("document.querySelector('.legend').textContent")
    browser.run("document.getElementById('vms-head').scrollIntoView()")
    browser.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    heard = [(node["role"]["value"], node.get("name", {}).get("value")) for node in nodes if not node["ignored"]]
    assert ("columnheader", names[-1]) in heard
    assert heard.count(("cell", "fails")) >= len(names)
    browser.call("Emulation.clearDeviceMetricsOverride")
    assert browser.errors == []


def test_hostile_names_are_only_text(browser: Page, tmp_path: Path) -> None:
    name = HOSTILE.replace("'", '"').replace("<", "&lt;")
    xml = f"<domain type='kvm'><name>{name}\u202eend</name></domain>"
    report = judged({"<img src=y>.xml": xml, 'a"b.xml': xml.replace("kvm", "xen&quot;&gt;&lt;b&gt;")}, ["debian-13"])
    file = tmp_path / "hostile.html"
    file.write_text(page(report), "utf-8")
    browser.errors.clear()
    browser.open(file)
    assert browser.run("window.broken") is None
    assert browser.run("document.querySelectorAll('img, b, body script').length") == 1, "the page's own script"
    assert browser.run("document.querySelectorAll('#vms tbody').length") == 2
    shown_name = HOSTILE.replace("'", '"') + "\\u202eend"
    assert shown_name in browser.run("document.querySelector('#vms').textContent")
    assert browser.errors == []


def test_a_script_that_is_not_the_page_s_own_does_not_run(shown: Page) -> None:
    """The policy of the page holds even if some text were to get through."""
    shown.run(
        "(() => { const script = document.createElement('script'); script.textContent = 'window.broken = 1';"
        "document.body.append(script) })()"
    )
    assert shown.run("window.broken") is None
    assert "Content Security Policy" in shown.errors.pop()


def test_on_paper_all_reasons_are_there(shown: Page) -> None:
    shown.call("Emulation.setEmulatedMedia", media="print", features=[])
    visible = "[...document.querySelectorAll('.why')].every(row => getComputedStyle(row).display !== 'none')"
    assert shown.run(visible) is True
    assert shown.run("getComputedStyle(document.getElementById('controls')).display") == "none"


def test_dark_where_the_user_wants_it(shown: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = shown.run(ground)
    shown.call("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    assert shown.run(ground) != light


def test_two_thousand_vms_stay_usable(browser: Page, tmp_path: Path) -> None:
    script = "".join(SILENT.replace("old", f"vm-{number}") for number in range(2104))
    file = tmp_path / "many.html"
    file.write_text(page(judged({"many.sh": script}, ["debian-11", "debian-13"])), "utf-8")
    browser.open(file)
    taken = browser.run(
        "(async () => { const start = performance.now(); document.querySelector('#vms thead button').click();"
        "await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));"
        "return performance.now() - start })()"
    )
    assert browser.run(f"{NAMES}.slice(0, 3)") == ["vm-0", "vm-1", "vm-2"]
    assert taken < 5000, "milliseconds to sort, on a machine that may do much else"
    choose(browser, "search", "vm-2103")
    assert browser.run("document.getElementById('count').textContent") == "1 of 2,104 VMs"


class _Tags(HTMLParser):
    """Notes what is opened and closed, and what would need a network."""

    VOID = frozenset(("meta", "input", "rect"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in ("src", "srcset", "data", "action", "style")]
        if tag == "link" or (tag == "rect" and "rect" in self.open):
            self.fetched.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_the_markup_is_well_formed_and_fetches_nothing() -> None:
    text = page(judged(FILES, TARGETS, "debian-11"))
    tags = _Tags()
    tags.feed(text)
    assert tags.open == []
    assert tags.fetched == []
    assert not re.search(r"\$\w", re.sub(r"<script>.*</script>", "", text, flags=re.DOTALL)), (
        "no place is left unfilled"
    )
    assert "url(" not in text
    assert "@import" not in text


def test_the_table_is_there_without_a_script() -> None:
    text = page(judged(FILES, TARGETS))
    assert '<form id="controls" role="search" hidden>' in text
    assert "nodelay" in text
    assert "<tr class=why>" in text, "reasons are folded by the script only"


def test_a_stream_that_is_not_utf8_gets_references(tmp_path: Path) -> None:
    report = judged({"a.xml": "<domain type='kvm'><name>für</name></domain>"})
    with open(tmp_path / "page.html", "w", encoding="iso-8859-1") as stream:
        write_upgrade("html", report, stream)
    assert b"f&#252;r" in (tmp_path / "page.html").read_bytes()
