"""What went wrong in a task, as its author knows it: without the frames of this program."""
import os
import traceback

from .module import OWN

LIMIT = 32 * 1024
MESSAGE_LIMIT = 4 * 1024


def describe(error, checkout):
    """Name, message and trace, each of a length that a record can hold. Files of the checkout are named as they are there."""
    shown = traceback.TracebackException(type(error), error, beginning_in_task(error.__traceback__))
    without_own_frames(shown)
    trace = "".join(shown.format()).rstrip("\n").replace(f'File "{checkout}{os.sep}', 'File "')
    return {
        "name": type(error).__name__,
        "message": cut(message_of(error), MESSAGE_LIMIT),
        "trace": cut(trace, LIMIT),
    }


def beginning_in_task(trace):
    """Between this program and the task are an import or an event loop."""
    while trace is not None and is_before_task(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def is_before_task(file):
    return file.startswith((OWN, "<frozen importlib")) or f"{os.sep}asyncio{os.sep}" in file


def without_own_frames(shown, seen=()):
    """`display`, or the answer to a signal, called from the task."""
    if shown is None or any(shown is other for other in seen):
        return
    shown.stack[:] = [frame for frame in shown.stack if not frame.filename.startswith(OWN)]
    for other in (shown.__cause__, shown.__context__):
        without_own_frames(other, (*seen, shown))


def message_of(error):
    try:
        return str(error)
    except Exception:
        return "its message cannot be shown"


def cut(text, limit):
    """The beginning and the end: what happened stands at the end."""
    if len(text) <= limit:
        return text
    return f"{text[: limit // 4]}\n… {len(text) - limit} characters left out …\n{text[-(limit - limit // 4) :]}"
