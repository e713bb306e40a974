"""
Runs the entry function of a notebook: one execution, from its assignment on the channel to its result there. Whatever
is printed is the log.
"""
import os
import sys

OWN = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, OWN)
from cirrus_notebook import awaiting, module  # noqa: E402

while OWN in sys.path:
    sys.path.remove(OWN)

# How long a task's own `atexit` functions may take.
LAST_SECONDS = 5


class Terminated(KeyboardInterrupt):
    """SIGTERM: the task may clean up, as after an interrupt in a notebook, and its trace tells where it was."""


def main():
    from cirrus_notebook.channel import Channel

    channel = Channel()
    assignment = channel.read_line()
    if assignment is None:
        os._exit(1)
    prepare_streams()
    prepare_signals()
    message = outcome_of(assignment, channel)
    if os.getpid() != channel.owner:
        # A copy that the task made of itself came out of its function.
        flush()
        os._exit(0)
    if "error" in message:
        log(message["error"]["trace"])
    finish()
    channel.send(**message)
    os._exit(1 if "error" in message else 0)


def log(text):
    """Whatever the task has made of `sys.stderr`."""
    flush()
    try:
        os.write(2, f"{text}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        # It closed that too.
        pass


def outcome_of(assignment, channel):
    """Whatever a task does to end, it is an outcome."""
    from cirrus_notebook.problem import NotRunnable

    try:
        return execute(assignment, channel)
    except NotRunnable as error:
        return {"error": {"name": "NotRunnable", "message": str(error), "trace": error.trace}}
    except SystemExit as error:
        return exited(error, assignment["checkout"])
    except BaseException as error:
        from cirrus_notebook.traces import describe

        return {"error": describe(error, assignment["checkout"])}


def exited(error, checkout):
    """`sys.exit()` with nothing or 0 says that all is well."""
    if error.code is None or error.code == 0:
        return {"result": None}
    from cirrus_notebook.traces import describe

    said = f"The task called sys.exit({error.code!r})" if isinstance(error.code, int) else str(error.code)
    return {"error": {**describe(error, checkout), "name": "Exited", "message": said}}


def execute(assignment, channel):
    from cirrus_notebook.arguments import check_entry
    from cirrus_notebook.cells import select

    notebook, method, args = assignment["notebook"], assignment["method"], assignment["args"]
    sources = [(cell["index"], cell["source"]) for cell in assignment["cells"]]
    extract = select(sources, notebook, method, assignment["full"])
    refuse(extract.problems, assignment)
    refuse(check_entry(extract.entry, method, args), assignment)
    for cell in extract.used:
        for note in cell.notes:
            channel.send(note=note)
    entry = load(assignment, extract, channel)
    flush()
    channel.begin(assignment["callCell"], assignment.get("answersCells"))
    return call(entry, args)


def refuse(problems, assignment):
    from cirrus_notebook.problem import NotRunnable

    for problem in problems:
        if problem["severity"] == "error":
            raise NotRunnable(problem, assignment["notebook"], assignment["cells"])


def load(assignment, extract, channel):
    """Runs the cells, and gives the function once it is known that the arguments fit it."""
    checkout, notebook, method = assignment["checkout"], assignment["notebook"], assignment["method"]
    file = os.path.join(checkout, notebook)
    os.chdir(checkout)
    sys.argv = [file]
    sys.path[:0] = [folder for folder in (os.path.dirname(file), checkout) if folder not in sys.path]

    def begin(cell):
        flush()
        channel.begin(cell, assignment.get("answersCells"))

    loader = module.Loader(module.module_name(notebook), file, extract.used, begin)
    loader.compile()
    sys.meta_path.insert(0, loader)
    module.publish(loader, notebook)
    find_pickled(loader.name)
    __import__(loader.name)
    entry = getattr(sys.modules[loader.name], method, None)
    check_callable(entry, assignment, extract)
    return entry


def find_pickled(name):
    """What a notebook's kernel has pickled names `__main__`: it is looked for in the notebook."""
    sys.modules["__main__"].__getattr__ = lambda attribute: getattr(sys.modules.get(name), attribute)


def check_callable(entry, assignment, extract):
    from cirrus_notebook.arguments import misfit, signature_at_run_time
    from cirrus_notebook.problem import problem

    method, cell = assignment["method"], extract.entry.index
    if not callable(entry):
        kind = f"is no function but of type {type(entry).__name__}"
        refuse([problem("not-callable", f"`{method}` {kind}", cell)], assignment)
    signature = signature_at_run_time(entry)
    if signature is not None:
        refuse(misfit(method, signature, assignment["args"], cell), assignment)


def call(entry, args):
    from cirrus_notebook.result import LIMIT_VALUES, as_json

    value = awaiting.settle(entry(**args), LIMIT_VALUES)
    result, warning = as_json(value)
    awaiting.close()
    return {"result": result} if warning is None else {"result": result, "warning": warning}


def prepare_streams():
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


def prepare_signals():
    import faulthandler
    import signal

    # A crash in native code says where it was.
    faulthandler.enable()

    def terminate(_signal, _frame):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise Terminated("The task was told to end (SIGTERM)")

    signal.signal(signal.SIGTERM, terminate)
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))


def finish():
    """Runs what the task registered with `atexit`; its threads are not waited for."""
    import atexit
    import signal

    # What is decided stays so: it is a few seconds until the end.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    flush()
    if atexit._ncallbacks() == 0:
        return
    import threading

    last = threading.Thread(target=atexit._run_exitfuncs, daemon=True)
    last.start()
    last.join(LAST_SECONDS)
    flush()


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            # The task closed or replaced it.
            pass


if __name__ == "__main__":
    main()
