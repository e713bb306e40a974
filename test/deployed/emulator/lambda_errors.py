"""A failed Lambda's error: on AWS its type is the name of what was thrown, and ministack calls every one the same.

State machines retry and catch by that name, so it has to come through.
"""

import threading

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

SAID = 'error: String(err.message || err), trace: err.stack || ""'
SAID_WITH_NAME = SAID + ', name: err.name || ""'

failure = threading.local()


def invoke(worker, *arguments, **options):
    answer = invoked(worker, *arguments, **options)
    failure.last = answer if answer.get("status") == "error" else None
    return answer


def execute(*arguments):
    failure.last = None
    result = executed(*arguments)
    if result.get("error") and failure.last and failure.last.get("name"):
        result["body"] = {
            "errorType": failure.last["name"],
            "errorMessage": failure.last["error"],
            "trace": failure.last.get("trace", "").split("\n"),
        }
    return result


def install():
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    if SAID not in script:
        raise RuntimeError("The emulator's Node worker is another one than lambda_errors.py was written for.")
    lambda_runtime._NODEJS_WORKER_SCRIPT = script.replace(SAID, SAID_WITH_NAME)
    lambda_runtime.Worker.invoke = invoke
    lambda_svc._execute_function_warm = execute


invoked = lambda_runtime.Worker.invoke
executed = lambda_svc._execute_function_warm
