"""Batch jobs as child processes, with attempts, time limits and logs: ministack's own jobs succeed at once.

What AWS does, and this too: `Ref::name` in a command is the parameter of that name; what a submission overrides comes
before the definition; a log stream is there once an attempt runs; a job that is out of time or was terminated is not
tried again; a removed queue takes its jobs with it. The children of
an array are jobs of their own. What it does not: schedule by resources, dependencies.
An image stands for the programs in BATCH_PROGRAMS, which come first in a job's path.
"""

import collections
import contextvars
import fnmatch
import os
import re
import signal
import subprocess
import tempfile
import threading
import time

from ministack.services import batch, cloudwatch_logs

LOG_GROUP = "/aws/batch/job"
ENDED = ("SUCCEEDED", "FAILED")

processes = {}
terminations = {}
# By the ID of their array.
children = {}


def submit(request):
    definition = find_definition(request.get("jobDefinition", ""))
    if definition is None or definition["status"] != "ACTIVE":
        return refusal(f"JobDefinition: {request.get('jobDefinition')} does not exist or is not active")
    queue = find_queue(request.get("jobQueue", ""))
    if queue is None or queue["state"] != "ENABLED":
        return refusal(f"JobQueue {request.get('jobQueue')} is not in a valid state")
    refused = refused_share(request, queue, definition) or refused_time(request)
    if refused:
        return refusal(refused)
    job_id = batch.new_uuid()
    overrides = request.get("containerOverrides") or {}
    container = {**definition.get("containerProperties", {}), **overrides}
    job = {
        "jobId": job_id,
        "jobArn": batch._job_arn(job_id),
        "jobName": request["jobName"],
        "jobQueue": queue["jobQueueArn"],
        "jobDefinition": definition["jobDefinitionArn"],
        "status": "RUNNABLE",
        "createdAt": batch._now_ms(),
        "attempts": [],
        "parameters": {**(definition.get("parameters") or {}), **(request.get("parameters") or {})},
        "retryStrategy": request.get("retryStrategy") or definition.get("retryStrategy") or {"attempts": 1},
        "timeout": request.get("timeout") or definition.get("timeout") or {},
        "container": {
            "image": container.get("image"),
            "command": container.get("command", []),
            "environment": environment(definition, overrides),
            "jobRoleArn": container.get("jobRoleArn"),
            "resourceRequirements": container.get("resourceRequirements", []),
        },
        "tags": request.get("tags", {}),
    }
    if "shareIdentifier" in request:
        job["shareIdentifier"] = request["shareIdentifier"]
    batch._jobs[job_id] = job
    size = (request.get("arrayProperties") or {}).get("size")
    if size:
        children[job_id] = [child_of(job, index) for index in range(size)]
        job.update(status="PENDING", arrayProperties={"size": size, "statusSummary": {}})
    # The account and the region of a request are kept in context variables.
    begin(run_array if size else run, job)
    return batch._json(200, {name: job[name] for name in ("jobId", "jobName", "jobArn")})


def refused_share(request, queue, definition):
    """A queue that is shared fairly wants to know for whom each job is, and how urgent; any other does not."""
    share = request.get("shareIdentifier")
    if not queue.get("schedulingPolicyArn"):
        return share and "A share identifier is for queues with a scheduling policy."
    if share is None or not re.fullmatch(r"[A-Za-z0-9]{1,255}", share):
        return f"The share identifier {share} is not 1 to 255 letters and digits."
    if "schedulingPriorityOverride" not in request and "schedulingPriority" not in definition:
        return "Either schedulingPriority in job definition or schedulingPriorityOverride should be specified."


def refused_time(request):
    seconds = (request.get("timeout") or {}).get("attemptDurationSeconds")
    return seconds is not None and seconds < 60 and "A timeout must be 60 seconds or more."


def begin(work, job):
    threading.Thread(target=contextvars.copy_context().run, args=(work, job), daemon=True).start()


def child_of(job, index):
    """Known by the parent's ID and its index, and listed only with its parent."""
    job_id = f"{job['jobId']}:{index}"
    container = {**job["container"]}
    return {**job, "jobId": job_id, "attempts": [], "container": container, "arrayProperties": {"index": index}}


def run_array(job):
    own = children[job["jobId"]]
    for child in own:
        begin(run, child)
    ended = 0
    while ended < len(own):
        time.sleep(0.05)
        summary = collections.Counter(child["status"] for child in own)
        job["arrayProperties"] = {"size": len(own), "statusSummary": dict(summary)}
        ended = summary["SUCCEEDED"] + summary["FAILED"]
    end(job, "FAILED" if summary["FAILED"] else "SUCCEEDED", "Array has ended")


def environment(definition, overrides):
    own = definition.get("containerProperties", {}).get("environment") or []
    merged = {entry["name"]: entry["value"] for entry in own + (overrides.get("environment") or [])}
    return [{"name": name, "value": value} for name, value in merged.items()]


def run(job):
    attempts = job["retryStrategy"].get("attempts") or 1
    for attempt in range(1, attempts + 1):
        if job["jobId"] in terminations:
            break
        reason = run_attempt(job, attempt)
        last = job["attempts"][-1]["container"]
        if last.get("exitCode") == 0:
            return end(job, "SUCCEEDED", reason)
        if reason == OUT_OF_TIME or not tries_again(job["retryStrategy"], last, reason):
            return end(job, "FAILED", reason)
    return end(job, "FAILED", terminations.get(job["jobId"]) or job["attempts"][-1]["statusReason"])


def end(job, status, reason):
    job.update(statusReason=reason, stoppedAt=batch._now_ms(), status=status)


OUT_OF_TIME = "Job attempt duration exceeded timeout"


def run_attempt(job, attempt):
    stream = f"{job['jobDefinition'].split('/')[-1].split(':')[0]}/default/{batch.new_uuid()}"
    started = batch._now_ms()
    container = {"logStreamName": stream}
    reason = "Essential container in task exited"
    with tempfile.TemporaryDirectory(prefix="batch-") as folder:
        try:
            process = subprocess.Popen(
                command(job),
                cwd=folder,
                env=variables(job, attempt, folder),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        except OSError as error:
            reason = f"Task failed to start: CannotStartContainerError: {error}"
            container["reason"] = reason
        else:
            job.update(status="RUNNING", startedAt=job.get("startedAt", started))
            job["container"]["logStreamName"] = stream
            code, late = follow(job, process, stream)
            # A container that a signal ended has 128 and the signal's number.
            container["exitCode"] = code if code >= 0 else 128 - code
            reason = OUT_OF_TIME if late else reason
    job["container"].update(container)
    job["attempts"].append(
        {"container": container, "startedAt": started, "stoppedAt": batch._now_ms(), "statusReason": reason}
    )
    return reason


def follow(job, process, stream):
    """Waits for a process while its output goes to its log stream; its exit code, and whether its time was up."""
    processes[job["jobId"]] = process
    late = threading.Event()
    seconds = job["timeout"].get("attemptDurationSeconds")
    timer = threading.Timer(seconds, lambda: (late.set(), process.kill())) if seconds else None
    if timer:
        timer.start()
    cloudwatch_logs._create_log_group({"logGroupName": LOG_GROUP})
    cloudwatch_logs._create_log_stream({"logGroupName": LOG_GROUP, "logStreamName": stream})
    for line in process.stdout:
        event = {"timestamp": batch._now_ms(), "message": line.rstrip("\n")}
        cloudwatch_logs._put_log_events({"logGroupName": LOG_GROUP, "logStreamName": stream, "logEvents": [event]})
    code = process.wait()
    if timer:
        timer.cancel()
    processes.pop(job["jobId"], None)
    return code, late.is_set()


def command(job):
    parameters = job["parameters"]
    return [
        parameters.get(argument[5:], argument) if argument.startswith("Ref::") else argument
        for argument in job["container"]["command"]
    ]


def variables(job, attempt, folder):
    declared = {entry["name"]: entry["value"] for entry in job["container"]["environment"]}
    inherited = {name: os.environ[name] for name in os.environ if name.startswith("AWS_") or name == "PATH"}
    return {
        **inherited,
        "HOME": folder,
        "TMPDIR": folder,
        **declared,
        "PATH": os.pathsep.join(filter(None, [os.environ.get("BATCH_PROGRAMS"), inherited["PATH"]])),
        "AWS_BATCH_JOB_ID": job["jobId"],
        "AWS_BATCH_JOB_ATTEMPT": str(attempt),
        "AWS_BATCH_JQ_NAME": job["jobQueue"].split("/")[-1],
        **array_index(job),
    }


def array_index(job):
    index = (job.get("arrayProperties") or {}).get("index")
    return {} if index is None else {"AWS_BATCH_JOB_ARRAY_INDEX": str(index)}


def tries_again(strategy, container, reason):
    """The first rule that matches decides; a job that no rule speaks of is tried again."""
    said = {
        "onExitCode": str(container.get("exitCode", "")),
        "onReason": container.get("reason", ""),
        "onStatusReason": reason,
    }
    for rule in strategy.get("evaluateOnExit") or []:
        if all(fnmatch.fnmatchcase(said[name], rule[name]) for name in said if name in rule):
            return rule["action"].upper() == "RETRY"
    return True


def terminate(request):
    job = batch._jobs.get(request.get("jobId"))
    if job is not None and job["status"] not in ENDED:
        for one in children.get(job["jobId"], [job]):
            terminations[one["jobId"]] = request.get("reason", "")
            process = processes.get(one["jobId"])
            if process is not None:
                process.send_signal(signal.SIGTERM)
    return batch._json(200, {})


def list_jobs(request):
    """Without a state those that run; with a filter by name those of every state."""
    queue = find_queue(request.get("jobQueue", ""))
    names = [entry["values"] for entry in request.get("filters") or [] if entry["name"] == "JOB_NAME"]
    status = request.get("jobStatus") or (None if names else "RUNNING")
    found = [
        {
            name: job[name]
            for name in (
                "jobId",
                "jobArn",
                "jobName",
                "jobDefinition",
                "status",
                "createdAt",
                "startedAt",
                "stoppedAt",
                "arrayProperties",
            )
            if name in job
        }
        for job in batch._jobs.values()
        if (queue is None or job["jobQueue"] == queue["jobQueueArn"])
        and (status is None or job["status"] == status)
        and all(any(fnmatch.fnmatchcase(job["jobName"], pattern) for pattern in patterns) for patterns in names)
    ]
    return batch._json(200, {"jobSummaryList": found})


def find_definition(reference):
    """By ARN, name:revision or name alone, which is the latest active revision."""
    name, _, revision = reference.split("/")[-1].partition(":")
    revisions = batch._job_definitions.get(name) or []
    if revision:
        return next((entry for entry in revisions if str(entry["revision"]) == revision), None)
    return next((entry for entry in reversed(revisions) if entry["status"] == "ACTIVE"), None)


def find_queue(reference):
    return batch._job_queues.get(reference.split("/")[-1])


def refusal(message):
    return batch.error_response_json("ClientException", message, 400)


def install():
    batch._DISPATCH.update(
        {
            "/v1/submitjob": submit,
            "/v1/terminatejob": terminate,
            "/v1/canceljob": terminate,
            "/v1/listjobs": list_jobs,
        }
    )
