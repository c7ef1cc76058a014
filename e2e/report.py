"""What was checked, and how it went."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class Result:
    """One check: `problem` is empty if it passed."""

    group: str
    name: str
    problem: str
    seconds: float


@dataclass
class Report:
    """All checks of a run, in order, and what the steps between them took."""

    results: list[Result] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        """A line of progress, with the time since the start."""
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def add(self, group: str, name: str, problem: str, seconds: float) -> None:
        self.results.append(Result(group, name, problem, seconds))
        if problem:
            self.say(f"FAILED  {name}")

    def failures(self) -> int:
        return sum(1 for result in self.results if result.problem)

    def print(self) -> None:
        """The table, then the failures in full, then the count."""
        print()
        group = ""
        for result in self.results:
            if result.group != group:
                group = result.group
                print(group)
            seconds = f"  {result.seconds:.1f} s" if result.seconds >= 1 else ""
            print(f"  {'FAILED' if result.problem else 'ok    '}  {result.name}{seconds}")
        for result in self.results:
            if result.problem:
                print(f"\n{result.group}: {result.name}\n{result.problem}")
        failed = self.failures()
        print(f"\n{len(self.results) - failed} passed, {failed} failed", flush=True)
