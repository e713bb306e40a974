"""Which names an extract uses that nothing in it defines: found before it runs, not by a NameError after an hour."""
import __future__
import ast
import builtins
import symtable
import sys

from .cells import FUTURE, bindings
from .problem import problem

# What the runner puts into the module.
PROVIDED = {"display"}
KERNEL = {"get_ipython", "In", "Out", "_", "__", "___"}
# Through these names may come to be that nobody sees.
DYNAMIC = {"exec", "eval", "globals", "locals", "vars", "setattr", "get_ipython"}
COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp", "genexpr"}
# Scopes of annotations and type parameters, which nothing evaluates.
UNEVALUATED = {"annotation", "TypeVar bound", "type variable", "type alias"}
LIMIT = 20
ANNOTATIONS = __future__.annotations.compiler_flag


class Group:
    """Statements of a cell's top level that share lines: most are one statement."""

    def __init__(self, cell, nodes, lazy_annotations):
        self.cell = cell
        self.nodes = nodes
        self.bound = set(bindings(ast.Module(body=nodes, type_ignores=[])))
        # Used at once, and used when a function is called.
        self.early = set()
        self.late = set()
        self.global_bound = set()
        prefix = "from __future__ import annotations\n" if lazy_annotations else ""
        for text in self._texts():
            try:
                table = symtable.symtable(prefix + text, cell.filename, "exec")
            except (SyntaxError, ValueError, RecursionError):
                continue
            self._visit(table, True)

    def _texts(self):
        """The value of an assignment is needed before its target is there."""
        node = self.nodes[0]
        if len(self.nodes) == 1 and isinstance(node, (ast.Assign, ast.AugAssign)):
            yield "(" + self.cell.text_of(node.value) + "\n)"
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            self.early |= {name.id for name in walk_all(targets) if isinstance(name, ast.Name) and is_read(name, node)}
            return
        first = min(first_line(node) for node in self.nodes)
        yield "\n".join(self.cell.lines[first - 1 : max(node.end_lineno for node in self.nodes)]) + "\n"

    def _visit(self, table, immediate):
        symbols = table.get_symbols()
        if type_of(table) == "module":
            assigned = {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
            self.bound |= assigned
            self.early |= {symbol.get_name() for symbol in symbols if symbol.is_referenced()} - assigned
        else:
            shared = [symbol for symbol in symbols if symbol.is_global()]
            bound = [symbol for symbol in shared if symbol.is_assigned() or symbol.is_imported()]
            self.global_bound |= {symbol.get_name() for symbol in bound}
            used = {symbol.get_name() for symbol in shared if symbol.is_referenced()}
            if immediate:
                self.early |= used - self.bound
            else:
                self.late |= used
        for child in table.get_children():
            if type_of(child) not in UNEVALUATED:
                called = type_of(child) == "function" and child.get_name() not in COMPREHENSIONS
                self._visit(child, immediate and not called)


def type_of(table):
    """In Python 3.13 and later it is an enumeration of texts."""
    return str(getattr(table.get_type(), "value", table.get_type()))


def is_read(name, assignment):
    return isinstance(name.ctx, ast.Load) or name is getattr(assignment, "target", None)


def first_line(node):
    return min([node.lineno] + [decorator.lineno for decorator in getattr(node, "decorator_list", [])])


def groups_of(cells):
    flags = 0
    groups = []
    for cell in cells:
        flags |= cell.compile(flags).co_flags & FUTURE
        lazy = sys.version_info >= (3, 14) or bool(flags & ANNOTATIONS)
        statements, last = [], 0
        for node in cell.tree.body:
            if statements and first_line(node) <= last:
                statements[-1].append(node)
            else:
                statements.append([node])
            last = max(last, node.end_lineno)
        groups += [Group(cell, nodes, lazy) for nodes in statements]
    return groups


def check_names(extract, method, elsewhere):
    """`elsewhere`: name → cell, of cells that are not used."""
    groups = groups_of(extract.used)
    made_by_calls = set().union(*(group.global_bound for group in groups))
    bound = made_by_calls.union(*(group.bound for group in groups))
    dynamic = any(is_dynamic(cell.tree) for cell in extract.used)
    reached = reachable(groups, method)
    found, defined, told = [], set(made_by_calls), set()
    for group in groups:
        forgiven, doubtful = guarded(group.nodes)
        wanted = (group.early - defined) | (group.late - bound)
        for name in sorted(wanted - forgiven - told, key=lambda name: (line_of(group, name), name)):
            if is_known(name):
                continue
            told.add(name)
            certain = not dynamic and name not in doubtful and (name in group.early or group in reached)
            code, message, hint = explained(name, group.cell.index, extract, elsewhere, name in bound)
            severity = "error" if certain else "warning"
            found.append(problem(code, message, group.cell.index, line_of(group, name), hint, severity))
        defined |= group.bound
    return found[:LIMIT]


def is_known(name):
    if name in KERNEL:
        return False
    return hasattr(builtins, name) or name in PROVIDED or (name.startswith("__") and name.endswith("__"))


def explained(name, index, extract, elsewhere, too_early):
    if too_early:
        return "name-before-definition", f"`{name}` is used before the line that defines it", None
    if name in elsewhere:
        hint = f"Set `full_notebook: true`, or move it into cell {index}."
        return "name-in-other-cell", f"uses `{name}`, defined in cell {elsewhere[name]}", hint
    if name in KERNEL:
        return "name-undefined", f"uses `{name}`, which is there only in a notebook's kernel", None
    return "name-undefined", f"uses `{name}`, which no cell defines", hint_for(name, extract)


USUAL = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "tf": "import tensorflow as tf",
}


def hint_for(name, extract):
    if name in getattr(sys, "stdlib_module_names", ()):
        return f"Is `import {name}` missing?"
    if name in USUAL:
        return f"Is `{USUAL[name]}` missing?"
    import difflib

    near = difflib.get_close_matches(name, {other for cell in extract.used for other in cell.bound}, 1, 0.75)
    return f"Did you mean `{near[0]}`?" if near else None


def reachable(groups, method):
    """Groups that run: all that is at the top, and the functions that can be called from there and from the entry."""
    defining = {}
    for group in groups:
        for name in group.bound:
            defining.setdefault(name, []).append(group)
    pending = [method] + [name for group in groups for name in group.early]
    seen, reached = set(), set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        for group in defining.get(name, []):
            reached.add(group)
            pending.extend(group.late)
    return reached


def is_dynamic(tree):
    return any(
        (isinstance(node, ast.Name) and node.id in DYNAMIC)
        or (isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names))
        for node in ast.walk(tree)
    )


def guarded(nodes):
    """Names that are used only where a NameError is awaited or nothing runs; and those of which nobody can be sure."""
    inside, broad = {}, {}
    for node in nodes:
        # Whether a branch is taken is not known.
        if isinstance(node, ast.If):
            count_loads(node.body + node.orelse, broad)
    for node in walk_all(nodes):
        if type(node).__name__ in ("Try", "TryStar"):
            caught = {name for handler in node.handlers for name in caught_by(handler)}
            if "NameError" in caught:
                count_loads(node.body, inside)
            elif caught & {"", "Exception", "BaseException"}:
                count_loads(node.body, broad)
        elif isinstance(node, ast.If) and (is_main_guard(node.test) or is_type_checking(node.test)):
            count_loads(node.body, inside)
    everywhere = count_loads(nodes, {})
    forgiven = {name for name, count in inside.items() if count >= everywhere[name]}
    doubtful = {name for name, count in broad.items() if count + inside.get(name, 0) >= everywhere[name]}
    return forgiven, doubtful - forgiven


def caught_by(handler):
    if handler.type is None:
        return {""}
    return {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}


def is_main_guard(test):
    """`__name__` is the notebook's here, so what is behind this never runs."""
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def is_type_checking(test):
    return getattr(test, "id", getattr(test, "attr", None)) == "TYPE_CHECKING"


def count_loads(nodes, counts):
    for node in walk_all(nodes):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            counts[node.id] = counts.get(node.id, 0) + 1
    return counts


def walk_all(nodes):
    for node in nodes:
        yield from ast.walk(node)


def line_of(group, name):
    """Where it is used first; of what is only assigned to (`x += 1`) the line of the statement."""
    lines = [node.lineno for node in walk_all(group.nodes) if isinstance(node, ast.Name) and node.id == name]
    return min(lines, default=first_line(group.nodes[0]))
