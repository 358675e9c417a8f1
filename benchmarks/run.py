"""Prints each budget as measured side by side with its peer on this machine: `make bench`, or a part: `run.py start`.

Ratios, because seconds say more about the machine than about the program; of CPU times, because other programs run
too, except where the question is how long one waits.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchmarks.inputs import DOMAIN, ROOT, fleet, libvirt_domains, many_findings, repository_without_vms
from benchmarks.measure import Cost, Ratio, cost, line, measured

SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")
VMLINT = [sys.executable, "-c", "from vmlint.cli import entry; entry()"]  # the installed `vmlint`
CHECK = [*VMLINT, "check", "--quiet", "--no-config"]
FEW_RUNS = 3
ONE_BY_ONE = 50
SIZES = (1_000, 10_000, 100_000)
PARALLEL_FILES = 20_000
RESULTS = 10_000

Environment = Mapping[str, str]


def start(folder: Path, environment: Environment) -> Iterator[str]:
    """What a run costs that has little to do."""
    for name, text in (
        ("one.xml", DOMAIN.format(number=1)),
        ("wrong.xml", DOMAIN.format(number=1).replace("<model type", "<model tpye")),
        ("start.sh", "#!/bin/sh\nexec qemu-system-x86_64 -m 2G -serial tcp::4444,server=on,wait=off\n"),
        ("README.md", "# A project\n\nIt has nothing to do with virtual machines.\n"),
    ):
        (folder / name).write_text(text)
    nothing, lxml = [sys.executable, "-c", "pass"], [sys.executable, "-c", "import lxml.etree"]
    ratios = [
        Ratio("cold start, one domain", [*CHECK, str(folder / "one.xml")], lxml, "import lxml.etree", 1.75),
        Ratio("cold start, a domain that is wrong", [*CHECK, str(folder / "wrong.xml")], lxml, "import lxml.etree", 0),
        Ratio("cold start, one shell script", [*CHECK, str(folder / "start.sh")], nothing, "python -c pass", 0),
        Ratio("cold start, nothing to lint", [*CHECK, str(folder / "README.md")], nothing, "python -c pass", 2.5),
    ]
    if shutil.which("git"):
        repository = str(repository_without_vms(folder / "repository"))
        search = ["git", "-C", repository, "grep", "-l", "-E", "qemu|<domain"]
        ratios.append(Ratio("a repository without VMs", [*CHECK, repository], search, "git grep", 3.0))
    yield from (measured(ratio, environment) for ratio in ratios)


def throughput(folder: Path, environment: Environment) -> Iterator[str]:
    """What a domain costs when there are many: all rules and the schema, in one process."""
    paths = libvirt_domains(folder / "corpus")
    ours = [*CHECK, "--jobs", "1", *paths]
    xmllint, validate = shutil.which("xmllint"), shutil.which("virt-xml-validate")
    if xmllint:
        parse = Ratio("", ours, [xmllint, "--noout", *paths], "xmllint --noout", 0)
        relaxng = [xmllint, "--noout", "--relaxng", str(SCHEMA), *paths]
        judge = Ratio("", ours, relaxng, "xmllint --relaxng", 1.0)
        for ratio in (parse, *([judge] if SCHEMA.exists() else ())):
            yield measured(ratio._replace(name=f"{len(paths)} domains", runs=FEW_RUNS), environment)
    if validate:
        each = ["sh", "-c", f'for file; do {validate} "$file" domain; done; true', "sh", *paths[:ONE_BY_ONE]]
        ours = [*CHECK, *paths[:ONE_BY_ONE]]
        yield measured(Ratio(f"{ONE_BY_ONE} domains", ours, each, "virt-xml-validate, each", 0, FEW_RUNS), environment)
    if not (xmllint and SCHEMA.exists() and validate):
        yield "xmllint, virt-xml-validate or libvirt's schemas are not installed: some peers are not measured"


def scale(folder: Path, environment: Environment) -> Iterator[str]:
    """Whether time per file and memory stay what they are when there are a hundred times as many."""
    per_file = []
    for size in SIZES:
        fleet(folder / str(size), size)
        found = median([*CHECK, "--jobs", "1", str(folder / str(size))], environment)
        per_file.append(found.cpu / size)
        detail = f"{found.cpu:7.1f} s CPU, {per_file[-1] * 1e6:4.0f} us a file"
        yield line(f"{size} domains", detail, f"{found.memory:.0f} MiB", 200, found.memory, "MiB")
    growth = per_file[-1] / per_file[1]
    yield line("time per file", f"of {SIZES[-1]} against {SIZES[1]} domains", f"{growth:.2f} x", 1.1, growth, "x")


def parallel(folder: Path, environment: Environment) -> Iterator[str]:
    """How much sooner two processes are done than one: this is about time on the clock, on a machine with nothing else
    to do."""
    fleet(folder / "fleet", PARALLEL_FILES)
    pairs = [
        [cost([*CHECK, "--jobs", jobs, str(folder / "fleet")], environment) for jobs in ("1", "2")]
        for _ in range(FEW_RUNS)
    ]
    one, two = (statistics.median(run.wall for run in runs) for runs in zip(*pairs, strict=True))
    more = statistics.median(two.cpu / one.cpu for one, two in pairs)
    busy = f"; CPU time {more:.2f} x; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"
    given = f"{two:.1f} s against {one:.1f} s with one job{busy}"
    verdict = "ok" if one / two >= 1.8 else "UNDER"
    yield f"{f'{PARALLEL_FILES} domains, two jobs':38} {given}: {one / two:.2f} x as fast (budget 1.8 x)  {verdict}"


def sarif(folder: Path, environment: Environment) -> Iterator[str]:
    """What it costs to write many results, beyond finding them."""
    script = str(many_findings(folder / "many.sh", RESULTS))
    report = ("--output", f"sarif:{folder / 'many.sarif'}")
    plain, written = (median([*CHECK, *words, script], environment).cpu for words in ((), report))
    detail = f"{written:.1f} s, {plain:.1f} s without"
    yield line(f"SARIF of {RESULTS} results", detail, f"{written - plain:.2f} s", 1, written - plain, "s")


def median(command: Sequence[str], environment: Environment) -> Cost:
    """The median of each cost of some runs."""
    return Cost(*map(statistics.median, zip(*(cost(command, environment) for _ in range(FEW_RUNS)), strict=True)))


PARTS = {part.__name__: part for part in (start, throughput, sarif, parallel, scale)}


def main() -> None:
    """Measure and print all parts, or those named."""
    wanted = list(islice(sys.argv, 1, None)) or list(PARTS)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        raise SystemExit(f"no part is called {unknown[0]}; there are {', '.join(PARTS)}")
    for name in wanted:
        with tempfile.TemporaryDirectory() as folder:
            compiled = {"PYTHONPYCACHEPREFIX": f"{folder}/pycache", "PYTHONDONTWRITEBYTECODE": ""}
            environment = {**os.environ, **compiled, "PYTHONPATH": str(ROOT / "linter")}
            for text in PARTS[name](Path(folder), environment):
                print(text, flush=True)


if __name__ == "__main__":
    main()
