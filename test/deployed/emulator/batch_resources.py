"""AWS::Batch in CloudFormation, which ministack refuses as unrecognized types."""

import json

from ministack.services import batch
from ministack.services.cloudformation import provisioners

from . import batch_control, batch_environments
from .spelling import camel

# Revisions that an update left registered, as ResourceRetentionPolicy.SkipDeregisterOnUpdate asks for.
kept_revisions = set()


def create_definition(logical_id, properties, stack):
    request = named(logical_id, properties, stack, "jobDefinitionName")
    arn = called(batch_control.register_definition, request)["jobDefinitionArn"]
    return arn, {"JobDefinitionArn": arn}


def update_definition(physical_id, old, new, stack, logical_id):
    """Every change is a new revision, and Ref becomes its ARN."""
    if (old.get("ResourceRetentionPolicy") or {}).get("SkipDeregisterOnUpdate") in (True, "true"):
        kept_revisions.add(physical_id)
    return create_definition(logical_id, new, stack)


def delete_definition(physical_id, properties):
    if physical_id in kept_revisions:
        kept_revisions.discard(physical_id)
        return
    called(batch_control.deregister_definition, {"jobDefinition": physical_id})


def create_policy(logical_id, properties, stack):
    """ministack has no scheduling policies: a queue that names one asks for a share identifier of every job."""
    name = properties.get("Name") or provisioners._physical_name(stack, logical_id)
    arn = batch._jq_arn(name).replace(":job-queue/", ":scheduling-policy/")
    return arn, {"Arn": arn}


def update_policy(physical_id, old, new, stack):
    return physical_id, {"Arn": physical_id}


def delete_policy(physical_id, properties):
    """Nothing keeps it: queues that name it were deleted before."""


def create_environment(logical_id, properties, stack):
    request = named(logical_id, properties, stack, "computeEnvironmentName")
    arn = called(batch._create_compute_environment, request)["computeEnvironmentArn"]
    return arn, {"ComputeEnvironmentArn": arn}


def update_environment(physical_id, old, new, stack):
    called(batch._update_compute_environment, {**camel(new), "computeEnvironment": physical_id})
    return physical_id, {"ComputeEnvironmentArn": physical_id}


def delete_environment(physical_id, properties):
    """CloudFormation disables an environment itself before it deletes it."""
    called(batch._update_compute_environment, {"computeEnvironment": physical_id, "state": "DISABLED"})
    called(batch_environments.delete_environment, {"computeEnvironment": physical_id})


def create_queue(logical_id, properties, stack):
    request = named(logical_id, properties, stack, "jobQueueName")
    arn = called(batch._create_job_queue, request)["jobQueueArn"]
    # ministack forgets it, and a queue has the policy that it was made with.
    batch._job_queues[request["jobQueueName"]]["schedulingPolicyArn"] = request.get("schedulingPolicyArn")
    return arn, {"JobQueueArn": arn}


def update_queue(physical_id, old, new, stack):
    called(batch_control.update_queue, {**camel(new), "jobQueue": physical_id})
    return physical_id, {"JobQueueArn": physical_id}


def delete_queue(physical_id, properties):
    """CloudFormation disables a queue itself before it deletes it."""
    called(batch_control.update_queue, {"jobQueue": physical_id, "state": "DISABLED"})
    called(batch_control.delete_queue, {"jobQueue": physical_id})


def named(logical_id, properties, stack, name):
    request = camel(properties)
    request.setdefault(name, provisioners._physical_name(stack, logical_id))
    return request


def called(operation, request):
    status, _, body = operation(request)
    answer = json.loads(body)
    if status >= 400:
        raise ValueError(answer.get("message", answer))
    return answer


# What AWS changes in place; with ReplaceComputeEnvironment, which is the default, every other change replaces.
UPDATED_IN_PLACE = {"MaxvCpus", "MinvCpus", "DesiredvCpus"}


def replaces_environment(old, new):
    if old.get("Type") != new.get("Type"):
        return True
    if str(new.get("ReplaceComputeEnvironment", True)).lower() == "false":
        return False
    before, after = old.get("ComputeResources") or {}, new.get("ComputeResources") or {}
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return bool(changed - UPDATED_IN_PLACE)


def install():
    provisioners._RESOURCE_HANDLERS.update(
        {
            "AWS::Batch::JobDefinition": {
                "create": create_definition,
                "update": update_definition,
                "update_with_logical_id": True,
                "delete": delete_definition,
            },
            "AWS::Batch::ComputeEnvironment": {
                "create": create_environment,
                "update": update_environment,
                "delete": delete_environment,
            },
            "AWS::Batch::SchedulingPolicy": {"create": create_policy, "update": update_policy, "delete": delete_policy},
            "AWS::Batch::JobQueue": {"create": create_queue, "update": update_queue, "delete": delete_queue},
        }
    )
    provisioners._REPLACING_PROPERTIES.update(
        {
            "AWS::Batch::JobDefinition": ("JobDefinitionName", "Type"),
            "AWS::Batch::ComputeEnvironment": ("ComputeEnvironmentName", "Type"),
            "AWS::Batch::JobQueue": ("JobQueueName", "JobQueueType"),
            "AWS::Batch::SchedulingPolicy": ("Name",),
        }
    )
    # "CloudFormation cannot update a stack when a custom-named resource requires replacing".
    provisioners._CUSTOM_NAME_REPLACEMENT["AWS::Batch::ComputeEnvironment"] = {
        "name": "ComputeEnvironmentName",
        "requires_replacement": replaces_environment,
    }
