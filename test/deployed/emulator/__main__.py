"""Runs ministack with what it lacks of the services that Cirrus deploys to.

Standard input is the leash: when whoever started this is gone, it closes, and everything here ends.
"""

import os
import signal
import sys
import threading

from ministack import app


def follow_parent() -> None:
    sys.stdin.buffer.read()
    os.killpg(os.getpgrp(), signal.SIGKILL)


threading.Thread(target=follow_parent, daemon=True).start()
app.main()
