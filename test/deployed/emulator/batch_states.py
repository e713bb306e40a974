"""The Step Functions integration `batch:submitJob`, with and without `.sync`, which ministack does not have."""

import json
import time

from ministack.services import batch, stepfunctions

from . import batch_jobs, execution_history
from .spelling import camel, pascal


def submit_job(resource, parameters):
    status, _, body = batch_jobs.submit(camel(parameters))
    answer = json.loads(body)
    if status >= 400:
        raise stepfunctions._ExecutionError("Batch.ClientException", answer["message"])
    if not resource.endswith(".sync"):
        return pascal(answer)
    execution_history.submitted("batch", "submitJob.sync", pascal(answer))
    job = batch._jobs[answer["jobId"]]
    while job["status"] not in batch_jobs.ENDED:
        time.sleep(0.05)
    # On AWS a failed job's description is the cause, as it is the result of one that succeeded.
    if job["status"] == "FAILED":
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(pascal(job)))
    return pascal(job)


def install():
    stepfunctions._SERVICE_DISPATCH["arn:aws:states:::batch:submitJob"] = submit_job
