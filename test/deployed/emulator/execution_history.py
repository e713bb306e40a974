"""Step Functions' history as AWS writes it: ministack's events name no event before them and no job that was submitted.

What AWS does, and this too: each event names the one before it in its own branch; a function that is called by its ARN
has events of its own names; an integration with `.sync` tells what it submitted; the states within a branch are entered
and left like those of the machine.
"""

import contextvars
import json

from ministack.services import stepfunctions

# Context variables, because each branch of a Parallel runs in a thread with a copy of its parent's context.
previous = contextvars.ContextVar("previous", default=0)
running = contextvars.ContextVar("running", default=None)
in_branch = contextvars.ContextVar("in_branch", default=False)

FUNCTION_EVENTS = {
    "TaskScheduled": "LambdaFunctionScheduled",
    "TaskSucceeded": "LambdaFunctionSucceeded",
    "TaskFailed": "LambdaFunctionFailed",
}


def add_event(execution, kind, details=None):
    if kind == "ExecutionStarted":
        previous.set(0)
    kind, details = as_on_aws(kind, details)
    event = added(execution, kind, details)
    event["previousEventId"] = previous.get()
    previous.set(event["id"])
    if kind == "LambdaFunctionScheduled":
        add_event(execution, "LambdaFunctionStarted")
    return event


def as_on_aws(kind, details):
    own = next(iter(details.values()), {}) if details else {}
    resource = own.get("resource", "")
    if kind not in FUNCTION_EVENTS or not resource:
        return kind, details
    if ":function:" in resource:
        kind = FUNCTION_EVENTS[kind]
        kept = {name: own[name] for name in ("resource", "output", "error", "cause") if name in own}
        if kind != "LambdaFunctionScheduled":
            kept.pop("resource", None)
    else:
        # arn:aws:states:::batch:submitJob.sync
        service, _, action = resource.split(":::")[-1].partition(":")
        kept = {**own, "resourceType": service, "resource": action}
    return kind, {f"{kind[:1].lower()}{kind[1:]}EventDetails": kept}


def submitted(service, action, output):
    """What an integration with `.sync` tells as soon as the service has taken its request."""
    details = {"resourceType": service, "resource": action, "output": json.dumps(output)}
    add_event(running.get(), "TaskSubmitted", {"taskSubmittedEventDetails": details})


def execute_task(definition, data, execution, context):
    running.set(execution)
    return within_branch("Task", executed_task, definition, data, execution, context)


def execute_parallel(definition, data, execution, context):
    return within_branch("Parallel", started_parallel, definition, data, execution, context)


def started_parallel(definition, data, execution, context):
    add_event(execution, "ParallelStateStarted")
    token = in_branch.set(True)
    try:
        return executed_parallel(definition, data, execution, context)
    finally:
        in_branch.reset(token)


def within_branch(kind, execute, definition, data, execution, context):
    """ministack tells of the machine's own states only."""
    name = context["State"]["Name"]
    told = in_branch.get()
    if told:
        details = {"stateEnteredEventDetails": {"name": name, "input": json.dumps(data)}}
        add_event(execution, f"{kind}StateEntered", details)
    output, following = execute(definition, data, execution, context)
    if told:
        details = {"stateExitedEventDetails": {"name": name, "output": json.dumps(output)}}
        add_event(execution, f"{kind}StateExited", details)
    return output, following


def install():
    stepfunctions._add_event = add_event
    stepfunctions._execute_task = execute_task
    stepfunctions._execute_parallel = execute_parallel


added = stepfunctions._add_event
executed_task = stepfunctions._execute_task
executed_parallel = stepfunctions._execute_parallel
