"""The cells of a notebook, and which of them an entry function needs."""
import __future__
import ast
import re

from .magics import clean
from .problem import problem

FUTURE = 0
for feature in __future__.all_feature_names:
    FUTURE |= getattr(__future__, feature).compiler_flag

# Cells may await at their top, as in a kernel.
AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


class Cell:
    """A code cell. `tree` is None where it is no Python; `problems` are those that count if the cell is used."""

    def __init__(self, index, source, notebook):
        self.index = index
        self.original = source
        self.source = source
        self.filename = f"{notebook}[cell {index}]"
        self.problems = []
        self.notes = []
        self.bound = {}
        self.tree = self._parse()
        self.lines = self.source.split("\n")
        if self.tree is not None:
            self.bound = bindings(self.tree)

    def _parse(self):
        try:
            return ast.parse(self.source, self.filename)
        except (SyntaxError, ValueError):
            cleaned = clean(self.source, self.index)
        self.source, self.problems, self.notes = cleaned.source, cleaned.problems, cleaned.notes
        try:
            return ast.parse(self.source, self.filename)
        except (SyntaxError, ValueError) as error:
            self.problems.append(syntax_problem(error, self.index))
            return None

    def text_of(self, node):
        """As `ast.get_source_segment`, which takes all lines apart each time."""
        lines = [line.encode() for line in self.lines[node.lineno - 1 : node.end_lineno]]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return b"\n".join(lines).decode()

    def compile(self, flags):
        return compile(self.tree, self.filename, "exec", flags=flags | AWAIT, dont_inherit=True)


def syntax_problem(error, cell):
    line = getattr(error, "lineno", None)
    text = (getattr(error, "text", None) or "").strip()
    hint = None
    if text.startswith(("pip install", "pip3 install", "conda install")):
        hint = "Put it under `dependencies` in the YAML file."
    elif text.startswith("print "):
        hint = "This looks like Python 2."
    # ValueError: a null byte.
    message = getattr(error, "msg", None) or str(error)
    return problem("syntax", f"{type(error).__name__}: {message}", cell, line, hint)


# Each is a scope of its own.
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SCOPES = DEFINITIONS + (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def bindings(tree):
    """Name → statement that binds it last, in the scope of the module itself."""
    bound = {}
    pending = [(node, None) for node in reversed(tree.body)]
    while pending:
        node, assignment = pending.pop()
        for name in names_bound_by(node):
            bound[name] = assignment or node
        if isinstance(node, SCOPES):
            continue
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            assignment = node
            # An annotation alone binds nothing.
            children = children if node.value is not None else []
        pending.extend((child, assignment) for child in reversed(children))
    return bound


def is_stored(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def names_bound_by(node):
    if isinstance(node, DEFINITIONS):
        return [node.name]
    if is_stored(node):
        return [node.id]
    if isinstance(node, ast.ExceptHandler) and node.name:
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.split(".")[0] for alias in node.names if alias.name != "*"]
    # Patterns of a match statement, which Python 3.8 does not know.
    captured = getattr(node, "rest", None) if type(node).__name__ == "MatchMapping" else None
    if type(node).__name__ in ("MatchAs", "MatchStar"):
        captured = node.name
    return [captured] if captured else []


class Extract:
    """The cells that are used, in their order, and the one that defines the entry function."""

    def __init__(self, used, entry, problems):
        self.used = used
        self.entry = entry
        self.problems = problems


def select(sources, notebook, method, full):
    """`sources`: pairs of index and source. Cells that are not used need not even be Python."""
    cells = [Cell(index, source, notebook) for index, source in sources if full or method in source]
    defining = [cell for cell in cells if method in cell.bound]
    entry = defining[-1] if defining else None
    used = cells if full else [entry] if entry else []
    problems = [found for cell in used for found in cell.problems]
    if entry is None:
        problems += missing(method, [Cell(index, source, notebook) for index, source in sources], full)
    elif len(defining) > 1:
        before = ", ".join(str(cell.index) for cell in defining[:-1])
        line = entry.bound[method].lineno
        problems.append(
            problem("method-twice", f"`{method}` is defined in cell {before} too: that of cell {entry.index} counts",
                    entry.index, line, "Rename one of them.", "warning"))
    return Extract(used, entry, problems)


def missing(method, cells, full):
    definition = re.compile(rf"\b(def|class)\s+{re.escape(method)}\b|^{re.escape(method)}\s*=", re.MULTILINE)
    broken = [cell for cell in cells if cell.tree is None and definition.search(cell.original)]
    if broken:
        return [] if full else broken[-1].problems
    return [problem("method-missing", f"`{method}` is defined in no code cell", hint=where_else(method, cells))]


def where_else(method, cells):
    for cell in cells:
        for parent in ast.walk(cell.tree) if cell.tree else ():
            if not isinstance(parent, DEFINITIONS):
                continue
            if any(isinstance(node, DEFINITIONS) and node.name == method for node in ast.walk(parent)):
                return f"In cell {cell.index} it is inside `{parent.name}`: only the top level of a cell counts."
    import difflib

    named = {name: (cell.index, node) for cell in cells for name, node in cell.bound.items()}
    functions = [f"`{name}` in cell {index}" for name, (index, node) in named.items() if isinstance(node, DEFINITIONS)]
    near = difflib.get_close_matches(method, named, 3, 0.6)
    if near:
        return "Did you mean " + ", ".join(f"`{name}` in cell {named[name][0]}" for name in near) + "?"
    return "There are: " + ", ".join(functions[:8]) + "." if functions else None
