"""Invokes one of cirrus-geo's handlers, one invocation after the other. Requests come by standard input, a line each."""

import importlib
import json
import os
import sys
import time

# The handlers write to standard output what they log.
results = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

handler = importlib.import_module(f"cirrus.lambda_functions.{sys.argv[1]}").lambda_handler

for line in sys.stdin:
    with open(json.loads(line)["events"]) as file:
        invocations = json.load(file)
    cpu, begun = time.process_time(), time.perf_counter()
    for event in invocations:
        handler(event, None)
    spent = {"ms": (time.perf_counter() - begun) * 1000, "cpuMs": (time.process_time() - cpu) * 1000}
    print(json.dumps(spent), file=results, flush=True)
