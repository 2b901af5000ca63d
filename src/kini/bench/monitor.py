"""CPU and memory usage per process during a measurement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import psutil


@dataclass(frozen=True, slots=True)
class ProcessUsage:
    """Usage of a process or process group: CPU in percent of one core, memory (PSS) in bytes."""

    name: str
    cpu: float
    memory: int

    def __str__(self) -> str:
        return f"{self.name} {self.cpu:.0f} % {self.memory / 1e6:.0f} MB"


@dataclass(slots=True)
class ProcessMonitor:
    """Monitor of process trees by name.

    Attributes:
        roots: returns root process ids by name; called each time, as restarted processes have new ids.
        together: names whose process tree is reported as one line.
    """

    roots: Callable[[], Mapping[str, int]]
    together: frozenset[str] = frozenset()
    _before: dict[int, float] = field(default_factory=dict)

    def begin(self) -> None:
        self._before = {process.pid: _seconds(process) for _, process in self._processes()}

    def usage(self, seconds: float) -> list[ProcessUsage]:
        """Usage since `begin`, `seconds` ago."""
        by_name: dict[str, ProcessUsage] = {}
        for name, process in self._processes():
            cpu = 100 * (_seconds(process) - self._before.get(process.pid, 0.0)) / seconds
            before = by_name.get(name, ProcessUsage(name, 0.0, 0))
            by_name[name] = ProcessUsage(name, before.cpu + max(0.0, cpu), before.memory + process_memory(process))
        return list(by_name.values())

    def _processes(self) -> list[tuple[str, psutil.Process]]:
        processes = []
        for name, pid in self.roots().items():
            root = psutil.Process(pid)
            processes.append((name, root))
            for number, child in enumerate(root.children(recursive=True), 1):
                processes.append((name if name in self.together else f"{name}.{number}", child))
        return processes


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def process_memory(process: psutil.Process) -> int:
    """Proportional set size (PSS) in bytes; resident set size where the system has no PSS."""
    try:
        full = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return int(getattr(full, "pss", 0) or full.rss)
