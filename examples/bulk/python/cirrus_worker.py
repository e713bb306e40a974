"""Makes a Python function the worker of Cirrus bulk runs. Copy this file beside your own; it needs nothing but Python 3.9.

Cirrus starts the program once for each task and says in its environment which one it is. The program writes how it ended
into the file that CIRRUS_OUTCOME names. Whatever it prints is kept as the log of the attempt.
"""

import argparse
import inspect
import json
import math
import os
import sys
import traceback
from dataclasses import dataclass
from typing import Any, Callable, Dict, Optional, Sequence

__all__ = ["Outcome", "Worker", "WorkerData", "done", "failed", "retry"]


@dataclass(frozen=True)
class Outcome:
    """How a task ended. Make one with done(), retry() or failed()."""

    outcome: str
    result: Any = None
    reason: Optional[str] = None


def done(result: Any = None) -> Outcome:
    """The task is finished; the result is anything that JSON can hold."""
    return Outcome("done", result)


def retry(reason: Optional[str] = None, result: Any = None) -> Outcome:
    """Another try may succeed: the entry waits and is tried again, as often as the run's policy says."""
    return Outcome("retry", result, reason)


def failed(reason: str, result: Any = None) -> Outcome:
    """It can never succeed with this input."""
    return Outcome("failed", result, reason)


class InvalidOutcome(Exception):
    """The function returned what does not say how the task ended, or a result that JSON cannot hold."""


class WorkerData:
    """Where a task runs, and whether that is about to end."""

    def __init__(self, facts: Dict[str, Any], notices: Optional[str], args: Any) -> None:
        limits = facts.get("limits", {})
        self.args = args
        self.run: str = facts.get("run", "")
        self.attempt: int = facts.get("attempt", 1)
        self.worker: str = facts.get("worker", "")
        self.host: str = facts.get("host", "")
        self.provider: str = facts.get("provider", "local")
        self.instance_type: Optional[str] = facts.get("instanceType")
        self.zone: Optional[str] = facts.get("zone")
        self.num_cpus: Optional[int] = facts.get("cpus")
        self.memory_gb: Optional[float] = _gigabytes(facts.get("memoryBytes"))
        self.local_ssd_gb: Optional[float] = _gigabytes(facts.get("localDiskBytes"))
        self.boot_disk_gb: Optional[float] = _gigabytes(facts.get("bootDiskBytes"))
        self.is_spot: bool = facts.get("spot", False)
        self.price_per_hour: Optional[float] = facts.get("pricePerHour")
        self.num_simultaneous_tasks: int = facts.get("slots", 1)
        self.max_runtime: Optional[float] = limits.get("maxRuntimeSeconds")
        self.max_memory_allowed_per_task: Optional[float] = _gigabytes(limits.get("maxMemoryBytes"))
        self.shutdown_grace_period: Optional[float] = limits.get("graceSeconds")
        self._notices = notices

    @property
    def received_termination_notice(self) -> bool:
        """The machine is about to be taken away: a spot instance has two minutes from the notice."""
        return self._has("termination")

    @property
    def received_shutdown_request(self) -> bool:
        """The worker was told to stop: after the grace period the task is ended and waits to be run again."""
        return self._has("shutdown")

    def _has(self, notice: str) -> bool:
        return self._notices is not None and os.path.exists(os.path.join(self._notices, notice))


class Worker:
    """Runs a function `(task_id, task_data, worker_data) -> Outcome`, plain or async.

    Args:
        function: What one task does.
        args: Arguments of the command line; `worker_data.args` has them as `argparser` reads them.
        argparser: Your own options.
        true_means: `"done"` or `"retry"`, for functions that return `(bool, result)`. It has to be said, because programs
            written for such pairs disagree on it: for some True is "finished", for others it is "try again".
    """

    def __init__(
        self,
        function: Callable[[str, Dict[str, Any], WorkerData], Any],
        *,
        args: Sequence[str] = (),
        argparser: Optional[argparse.ArgumentParser] = None,
        true_means: Optional[str] = None,
    ) -> None:
        if true_means not in (None, "done", "retry"):
            raise ValueError(f'true_means is {true_means!r}; it has to be "done" or "retry"')
        self._function = function
        self._args = list(args)
        self._argparser = argparser
        self._true_means = true_means

    async def start(self) -> None:
        """Runs the task that the environment names, writes its outcome and leaves."""
        task_id = os.environ.get("CIRRUS_TASK_ID")
        if task_id is None:
            print(f"This is a worker of a bulk run: npx cirrus bulk run {sys.argv[0]} --tasks my_tasks.json", file=sys.stderr)
            raise SystemExit(2)
        try:
            # A namespace of a parser, or the arguments as they are.
            args = self._args if self._argparser is None else self._argparser.parse_args(self._args)
            worker_data = WorkerData(_read("CIRRUS_WORKER_DATA"), os.environ.get("CIRRUS_NOTICES"), args)
            returned = self._function(task_id, _read("CIRRUS_TASK_DATA"), worker_data)
            if inspect.isawaitable(returned):
                returned = await returned
            report = _report(self._named(returned))
        except Exception as error:  # whatever the task raises ends the attempt as an exception
            trace = traceback.format_exc()
            sys.stderr.write(trace)
            report = {"exception": {"name": type(error).__name__, "message": str(error), "trace": trace}}
        _write(report)

    def _named(self, returned: Any) -> Outcome:
        if isinstance(returned, Outcome):
            return returned
        is_pair = isinstance(returned, (tuple, list)) and len(returned) == 2 and isinstance(returned[0], bool)
        if is_pair and self._true_means is not None:
            is_done = returned[0] == (self._true_means == "done")
            reason = returned[1] if isinstance(returned[1], str) else None
            return done(returned[1]) if is_done else retry(reason, returned[1])
        advice = "Return done(result), retry(reason) or failed(reason)."
        if is_pair:
            advice += ' Or say what True means: Worker(process_task, true_means="done").'
        raise InvalidOutcome(f"The task returned {_shown(returned)}, which does not say how it ended. {advice}")


def _report(outcome: Outcome) -> Dict[str, Any]:
    _check_json(outcome.result, "$")
    return {"outcome": outcome.outcome, "result": outcome.result, "reason": outcome.reason}


def _check_json(value: Any, path: str) -> None:
    if value is None or isinstance(value, (str, bool, int)):
        return
    if isinstance(value, float) and math.isfinite(value):
        return
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise InvalidOutcome(f"The result cannot be stored as JSON: {path} has the key {key!r}, which is no text.")
            _check_json(member, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, member in enumerate(value):
            _check_json(member, f"{path}[{index}]")
    else:
        what = str(value) if isinstance(value, float) else f"a {type(value).__name__}"
        raise InvalidOutcome(f"The result cannot be stored as JSON: {path} is {what}.")


def _write(report: Dict[str, Any]) -> None:
    """Whole or not at all: the process may be ended at any moment."""
    path = os.environ["CIRRUS_OUTCOME"]
    with open(path + ".tmp", "w", encoding="utf-8") as file:
        json.dump(report, file)
    os.replace(path + ".tmp", path)


def _read(variable: str) -> Dict[str, Any]:
    with open(os.environ[variable], encoding="utf-8") as file:
        return json.load(file)


def _gigabytes(size: Optional[float]) -> Optional[float]:
    return None if size is None else size / 1e9


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
