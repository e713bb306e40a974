# The cell of every task in the scenario of loops. It writes down that it ran, holds its loop's lock for as long as it lives, and
# then does what its kind asks for.
import fcntl
import os
import signal
import subprocess
import sys
import time

VERSION = 0


def witness(folder, loop, kind, pause=0.0):
    execution = os.environ["CIRRUS_EXECUTION"]
    lock = open(os.path.join(folder, f"{loop}.lock"), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        word = "began"
    except BlockingIOError:
        word = "OVERLAP"
    with open(os.path.join(folder, "witness"), "a") as file:
        file.write(f"{word} {execution} {loop} {kind} {VERSION}\n")
    time.sleep(pause)
    if kind == "fails":
        raise ValueError(f"as it should, in version {VERSION}")
    if kind == "exits":
        os._exit(7)
    if kind == "hangs":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 300 & wait; sleep 300"], start_new_session=True)
        time.sleep(300)
    if kind == "floods":
        for n in range(20_000):
            print(f"line {n} of a flood that nobody reads")
        sys.stdout.buffer.write(b"\xff\xfe no text at all")
    if kind == "writes":
        with open("left-behind", "x") as file:
            file.write("a fresh checkout has no such file")
    return {"version": VERSION, "execution": execution}
