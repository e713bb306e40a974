"""The rest of Batch's control plane: ministack creates and describes, but neither changes queues nor removes anything."""

from ministack.services import batch

from . import batch_jobs


FORGOTTEN = ("parameters", "retryStrategy", "timeout", "platformCapabilities", "propagateTags", "schedulingPriority")


def register_definition(request):
    """ministack forgets what a definition says besides its container."""
    answer = registered(request)
    revision = batch._job_definitions[request["jobDefinitionName"]][-1]
    for name in FORGOTTEN:
        if name in request:
            revision[name] = request[name]
    return answer


def deregister_definition(request):
    """The revision stays and is described as INACTIVE; jobs that run are not touched, new ones are refused."""
    definition = batch_jobs.find_definition(request.get("jobDefinition", ""))
    if definition is not None:
        definition["status"] = "INACTIVE"
    return batch._json(200, {})


def describe_definitions(request):
    wanted = request.get("jobDefinitions")
    if wanted:
        found = [entry for entry in map(batch_jobs.find_definition, wanted) if entry is not None]
    else:
        name = request.get("jobDefinitionName")
        found = [
            entry
            for own, revisions in list(batch._job_definitions.items())
            if name is None or own == name
            for entry in revisions
        ]
    status = request.get("status")
    return batch._json(200, {"jobDefinitions": [entry for entry in found if status in (None, entry["status"])]})


def update_queue(request):
    queue = batch_jobs.find_queue(request.get("jobQueue", ""))
    if queue is None:
        return batch_jobs.refusal(f"JobQueue {request.get('jobQueue')} does not exist")
    queue.update({name: request[name] for name in ("state", "priority", "computeEnvironmentOrder") if name in request})
    return batch._json(200, {name: queue[name] for name in ("jobQueueName", "jobQueueArn")})


def delete_queue(request):
    """Only a disabled queue can be deleted, and all its jobs end with it."""
    queue = batch_jobs.find_queue(request.get("jobQueue", ""))
    if queue is None:
        return batch._json(200, {})
    if queue["state"] != "DISABLED":
        return batch_jobs.refusal("Cannot delete, found existing JobQueue in state ENABLED")
    for job in list(batch._jobs.values()):
        if job["jobQueue"] == queue["jobQueueArn"]:
            batch_jobs.terminate({"jobId": job["jobId"], "reason": "Job Queue was deleted"})
    batch._job_queues.pop(queue["jobQueueName"], None)
    return batch._json(200, {})


def install():
    batch._DISPATCH.update(
        {
            "/v1/registerjobdefinition": register_definition,
            "/v1/deregisterjobdefinition": deregister_definition,
            "/v1/describejobdefinitions": describe_definitions,
            "/v1/updatejobqueue": update_queue,
            "/v1/deletejobqueue": delete_queue,
        }
    )


registered = batch._register_job_definition
