"""Runs ministack with what it lacks of the services that Cirrus deploys to.

Standard input is the leash: when whoever started this is gone, it closes, and everything here ends.
"""

import os
import signal
import sys
import threading

from ministack import app

from . import (
    batch_control,
    batch_environments,
    batch_jobs,
    batch_resources,
    batch_states,
    execution_history,
    lambda_errors,
    lambda_images,
    state_stream,
    template_addresses,
)

PARTS = (
    batch_jobs,
    batch_control,
    batch_environments,
    batch_resources,
    batch_states,
    execution_history,
    lambda_errors,
    lambda_images,
    state_stream,
    template_addresses,
)


def follow_parent():
    sys.stdin.buffer.read()
    os.killpg(os.getpgrp(), signal.SIGKILL)


threading.Thread(target=follow_parent, daemon=True).start()
for part in PARTS:
    part.install()
app.main()
