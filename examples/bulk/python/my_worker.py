"""A worker in Python: `npx cirrus bulk run ./my_worker.py --tasks my_tasks.json`."""

import asyncio
import sys
from typing import Any, Dict

from cirrus_worker import Outcome, Worker, WorkerData, done, failed, retry


def process_task(task_id: str, task_data: Dict[str, Any], worker_data: WorkerData) -> Outcome:
    """Process a task.

    Args:
        task_id: The unique ID of the task.
        task_data: The data required to process the task.
        worker_data: Where it runs, and whether that is about to end.

    Returns:
        How it ended: done(result), retry(reason) or failed(reason).
    """
    if not isinstance(task_data.get("num1"), (int, float)) or not isinstance(task_data.get("num2"), (int, float)):
        return failed("num1 and num2 have to be numbers")
    if worker_data.received_termination_notice:
        return retry("this machine is about to be taken away")
    print(f"{task_id}: attempt {worker_data.attempt} on {worker_data.provider}")
    return done({"sum": task_data["num1"] + task_data["num2"]})


async def main():
    worker = Worker(process_task, args=sys.argv[1:])
    await worker.start()


if __name__ == "__main__":
    asyncio.run(main())
