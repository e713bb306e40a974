"""`TimeoutSecondsPath`, of which ministack knows nothing: the state has the seconds that its input names."""

from ministack.services import stepfunctions


def install():
    executed = stepfunctions._execute_task

    def execute_task(definition, data, execution, context):
        path = definition.get("TimeoutSecondsPath")
        if path is not None:
            definition = {**definition, "TimeoutSeconds": stepfunctions._resolve_path(path, data)}
        return executed(definition, data, execution, context)

    stepfunctions._execute_task = execute_task
