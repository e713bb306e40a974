"""
The extract as a module: what is defined in it can be pickled, and a child process that starts afresh imports it again.
"""
import builtins
import inspect
import json
import linecache
import os
import re
import sys
import time
import types

from . import awaiting
from .cells import FUTURE, Cell

OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PUBLISHED = """import sys

sys.path.insert(0, {own!r})
from cirrus_notebook import module

sys.path.remove({own!r})
module.fill(__name__, {extract!r})
"""


class Loader:
    """An import of the module runs its cells. `begin` is told before each."""

    def __init__(self, name, file, cells, begin=lambda cell: None):
        self.name = name
        self.file = file
        self.cells = cells
        self.begin = begin
        self.code = []

    def compile(self):
        """All before the first runs, in order: a `from __future__` holds in the cells below it, as in a kernel."""
        flags = 0
        for cell in self.cells:
            lines = cell.original.splitlines(keepends=True)
            linecache.cache[cell.filename] = (len(cell.original), None, lines, cell.filename)
            code = cell.compile(flags)
            flags |= code.co_flags & FUTURE
            self.code.append((cell.index, code))

    def find_spec(self, name, path=None, target=None):
        if name != self.name:
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self, origin=self.file)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        # Not `__main__`: what a notebook guards with that is for its own trials.
        # `exec` would put the builtins in, but cannot run code that awaits; pickle looks for them here.
        module.__dict__.update(__file__=self.file, __builtins__=builtins, display=display)
        for index, code in self.code:
            self.begin(index)
            outcome = types.FunctionType(code, module.__dict__)()
            if code.co_flags & inspect.CO_COROUTINE:
                awaiting.run(outcome)


def display(*values, **_options):
    """Stands for the one of a kernel: there is nobody to draw for."""
    for value in values:
        print(repr(value))


def module_name(notebook):
    """Told apart from a module of the same name that lies beside the notebook."""
    stem = os.path.basename(notebook).rsplit(".", 1)[0]
    return re.sub(r"\W", "_", stem) + "_ipynb"


def publish(loader, notebook):
    """
    For child processes that do not begin as a copy of this one: a file that they can import, as what they are sent names
    the module. It goes with the task's temporary folder.
    """
    # `tempfile` takes longer to load than all else that is needed here.
    folder = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"notebook-{os.getpid()}-{time.time_ns()}")
    os.mkdir(folder, 0o700)
    cells = [{"index": cell.index, "source": cell.original} for cell in loader.cells]
    extract = json.dumps({"name": loader.name, "file": loader.file, "notebook": notebook, "cells": cells})
    with open(os.path.join(folder, f"{loader.name}.py"), "w", encoding="utf-8") as file:
        file.write(PUBLISHED.format(own=OWN, extract=extract))
    sys.path.append(folder)


def fill(name, text):
    """In such a child process: runs the cells in the module that it imports."""
    extract = json.loads(text)
    cells = [Cell(cell["index"], cell["source"], extract["notebook"]) for cell in extract["cells"]]
    loader = Loader(extract["name"], extract["file"], cells)
    loader.compile()
    loader.exec_module(sys.modules[name])
