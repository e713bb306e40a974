"""The peer's worker with a task that does nothing."""

import asyncio
import sys

from cloud_tasks.worker import Worker


def process_task(task_id, task_data, worker_data):
    # Its first member says whether to retry.
    return False, task_data["n"]


if __name__ == "__main__":
    asyncio.run(Worker(process_task, args=sys.argv[1:]).start())
