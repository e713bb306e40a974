"""Compute environments that are made while a run goes on: Batch takes its time, and insists on its order."""

import threading

from ministack.services import batch

from . import batch_jobs

# Some ten seconds on AWS: long enough here that nothing works which does not wait.
MAKING_SECONDS = 0.3


def create_environment(request):
    answer = created(request)
    environment = batch._compute_envs.get(request.get("computeEnvironmentName"))
    if answer[0] == 200 and environment is not None:
        environment["status"] = "CREATING"
        threading.Timer(MAKING_SECONDS, environment.update, kwargs={"status": "VALID"}).start()
    return answer


def create_queue(request):
    for entry in request.get("computeEnvironmentOrder") or []:
        name = entry["computeEnvironment"].split("/")[-1]
        environment = batch._compute_envs.get(name)
        if environment is None or environment["status"] != "VALID":
            return batch_jobs.refusal(f"{name} is not a valid compute environment")
    return queue_created(request)


def delete_environment(request):
    name = request.get("computeEnvironment", "").split("/")[-1]
    environment = batch._compute_envs.get(name)
    if environment is not None and environment["state"] != "DISABLED":
        return batch_jobs.refusal("Cannot delete, resource is not DISABLED")
    for queue in batch._job_queues.values():
        if any(entry["computeEnvironment"].split("/")[-1] == name for entry in queue["computeEnvironmentOrder"]):
            return batch_jobs.refusal("Cannot delete, found existing JobQueue relationship")
    batch._compute_envs.pop(name, None)
    return batch._json(200, {})


def install():
    batch._DISPATCH.update(
        {
            "/v1/createcomputeenvironment": create_environment,
            "/v1/createjobqueue": create_queue,
            "/v1/deletecomputeenvironment": delete_environment,
        }
    )


created = batch._create_compute_environment
queue_created = batch._create_job_queue
