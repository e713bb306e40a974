"""One thing that keeps a notebook's function from running, or that somebody should know."""


def problem(code, message, cell=None, line=None, hint=None, severity="error"):
    parts = {"severity": severity, "code": code, "message": message, "cell": cell, "line": line, "hint": hint}
    return {name: value for name, value in parts.items() if value is not None}


class NotRunnable(Exception):
    """A problem at the moment of running. Its trace is of the form of Python's own."""

    def __init__(self, found, notebook, cells):
        cell, line = found.get("cell"), found.get("line")
        where = notebook if cell is None else f"{notebook}[cell {cell}]"
        hint = f" {found['hint']}" if "hint" in found else ""
        super().__init__(f"{found['message']}.{hint}")
        place = f'  File "{where}"' if line is None else f'  File "{where}", line {line}'
        source = next((one["source"] for one in cells if one["index"] == cell), "").split("\n")
        shown = f"\n    {source[line - 1].strip()}" if line is not None and line <= len(source) else ""
        self.trace = f"{place}{shown}\nNotRunnable: {self}"
