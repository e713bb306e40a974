"""A program that speaks the protocol of executions and does what it is told: Python code that may `say` things."""

import json
import os
import sys

channel = os.fdopen(3, "r+b", buffering=0)


def say(message):
    channel.write(json.dumps(message).encode() + b"\n")


def begin(cell):
    sys.stdout.flush()
    say({"cell": cell})
    channel.readline()


assignment = json.loads(channel.readline())
exec(assignment["code"], {"say": say, "begin": begin, "channel": channel, "args": assignment})
