"""Many files over several processes: the same outcomes in the same order as one file after another.

This process finds the files, reads their first bytes, and hands them out in chunks; a process that looks at them knows
of no other file, writes nothing, and ends with this one. Each has one chunk at a time, so neither side ever waits to
send while the other does.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait

from .discover import Candidate
from .light_typing import TYPE_CHECKING, NamedTuple
from .look import Looker, Outcome, Result

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

CHUNK = 64
CHUNK_BYTES = 4 << 20
MOST = 60
"""Windows cannot wait for more."""
AHEAD = 32
"""So many chunks for each process may be done before one that takes long; then the others wait."""


Outcomes = Generator[Outcome, None, None]


class WorkerDied(Exception):
    """A process ended without a result; the text says which files it had."""


def outcomes(make: Callable[[], Looker], candidates: Iterator[Candidate], jobs: int) -> Outcomes:
    """What is found in each file, by a looker that each process makes. Raises what looking raises, and WorkerDied."""
    pool = _Pool(make, min(jobs, MOST))
    try:
        yield from pool.outcomes(_chunks(candidates))
    finally:
        pool.stop()


def _chunks(candidates: Iterator[Candidate]) -> Iterator[list[Candidate]]:
    chunk: list[Candidate] = []
    size = 0
    for candidate in candidates:
        chunk.append(candidate)
        size += len(candidate[1])
        if len(chunk) == CHUNK or size > CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


class Done(NamedTuple):
    """What came of a chunk: an outcome for each file, None for one that is clean, up to one that raised an error."""

    outcomes: list[Outcome | None]
    error: Exception | None


class _Worker(NamedTuple):
    process: BaseProcess
    connection: Connection


class _Pool:
    """Processes, started when there is work for one more."""

    def __init__(self, make: Callable[[], Looker], size: int) -> None:
        # A copy of this process has all that is loaded, and is safe where no system library starts threads of its own.
        self._context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._make = make
        self._size = size
        self._workers: list[_Worker] = []
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, tuple[int, _Worker]] = {}
        self._given: dict[int, list[Candidate]] = {}
        """Chunks that are being worked on or not yet told of, by their number."""
        self._done: dict[int, Done] = {}

    def outcomes(self, chunks: Iterator[list[Candidate]]) -> Outcomes:
        """All outcomes, in the order of the chunks."""
        ready: deque[tuple[int, list[Candidate]]] = deque()
        numbered, told, more = enumerate(chunks), 0, True
        while more or ready or self._given:
            reads = more and len(ready) < self._size
            if reads and (coming := next(numbered, None)):
                ready.append(coming)
            elif reads:
                more = False
            while ready and len(self._given) < AHEAD * self._size and (worker := self._free()):
                self._give(worker, *ready.popleft())
            for connection in wait(list(self._busy), 0 if reads else None):
                self._take(connection)  # type: ignore[arg-type]  # what was waited for
            while told in self._done:
                yield from _told(self._given.pop(told), self._done.pop(told))
                told += 1

    def _free(self) -> _Worker | None:
        if not self._idle and len(self._workers) < self._size:
            self._start()
        return self._idle.pop() if self._idle else None

    def _start(self) -> None:
        ours, theirs = self._context.Pipe()
        forks = self._context.get_start_method() == "fork"
        others = [ours, *(worker.connection for worker in self._workers)] if forks else []
        make = self._context.Process  # type: ignore[attr-defined]  # each kind of context has it, not their base
        process = make(target=_work, args=(theirs, others, self._make), daemon=True)
        gc.freeze()  # else a look for circles to free would copy every page that is shared
        with _ctrl_c_later():
            process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))
        self._idle.append(self._workers[-1])

    def _give(self, worker: _Worker, number: int, chunk: list[Candidate]) -> None:
        self._given[number] = chunk
        self._busy[worker.connection] = number, worker
        try:
            worker.connection.send(chunk)
        except OSError:  # it is gone, which is told when its result is taken
            return

    def _take(self, connection: Connection) -> None:
        number, worker = self._busy.pop(connection)
        try:
            self._done[number] = connection.recv()
        except (EOFError, OSError) as error:
            worker.process.join()
            raise WorkerDied(_last_words(worker.process.exitcode, self._given[number])) from error
        self._idle.append(worker)

    def stop(self) -> None:
        """End all processes, whatever they are doing: they hold nothing that could be lost."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.connection.close()


@contextmanager
def _ctrl_c_later() -> Iterator[None]:
    """Ctrl-C is for this process to handle: one that is just starting must not see it, and it must not be lost here."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _told(chunk: list[Candidate], done: Done) -> Iterator[Outcome]:
    for (path, _, _), outcome in zip(chunk, done.outcomes, strict=False):
        yield outcome or Result.clean(path)
    if done.error is not None:
        raise done.error


def _last_words(code: int | None, chunk: Sequence[Candidate]) -> str:
    signalled = f" (signal {-code})" if code is not None and code < 0 else f" (exit code {code})"
    first, last = chunk[0][0], chunk[-1][0]
    files = first if len(chunk) == 1 else f"one of the {len(chunk)} files from {first} to {last}"
    return f"a process ended{signalled} while it looked at {files}; --jobs 1 does without"


def _work(connection: Connection, inherited: Iterable[Connection], make: Callable[[], Looker]) -> None:
    """What a process does: chunks in, what came of them out, until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:  # else this process would keep those pipes open when their owner is gone
        other.close()
    looker = make()
    try:
        while True:
            connection.send(_look_at(looker, connection.recv()))
    except (EOFError, OSError):
        return


def _look_at(looker: Looker, chunk: Iterable[Candidate]) -> Done:
    found: list[Outcome | None] = []
    for candidate in chunk:
        try:
            outcome = looker.at_file(*candidate)
        except Exception as error:
            return Done(found, _sendable(error))
        is_clean = isinstance(outcome, Result) and not outcome.says_something
        found.append(None if is_clean else outcome)
    return Done(found, None)


def _sendable(error: Exception) -> Exception:
    """An error that can be sent to another process: itself, or one with the same words."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
