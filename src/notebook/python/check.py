"""
Says what is wrong with notebooks' functions before anything of them runs. Reads one JSON text from the standard input
and answers with a line for each notebook as soon as it is done: whoever asked knows at which one it died.
"""
import ast
import json
import sys

sys.dont_write_bytecode = True

from cirrus_notebook.arguments import check_entry  # noqa: E402
from cirrus_notebook.cells import Cell, select, syntax_problem  # noqa: E402
from cirrus_notebook.names import check_names  # noqa: E402
from cirrus_notebook.problem import problem  # noqa: E402


def check(request):
    sources = [(cell["index"], cell["source"]) for cell in request["cells"]]
    method, full = request["method"], request["full"]
    extract = select(sources, request["notebook"], method, full)
    found = list(extract.problems)
    if extract.entry is None or any(cell.tree is None for cell in extract.used):
        return found
    uncompilable = [syntax for cell in extract.used for syntax in compile_problems(cell)]
    if uncompilable:
        return found + uncompilable
    found += check_entry(extract.entry, method, request["args"])
    elsewhere = {} if full else bound_elsewhere(sources, extract.entry, request["notebook"])
    return found + check_names(extract, method, elsewhere)


def compile_problems(cell):
    """What parses need not compile: a `return` outside a function."""
    try:
        cell.compile(0)
        return []
    except (SyntaxError, ValueError) as error:
        return [syntax_problem(error, cell.index)]


def bound_elsewhere(sources, entry, notebook):
    """The cell nearest before the entry's comes last, and so counts."""
    others = [Cell(index, source, notebook) for index, source in sources if index != entry.index]
    others.sort(key=lambda cell: (cell.index < entry.index, cell.index))
    return {name: cell.index for cell in others for name in cell.bound}


def answer(request):
    try:
        return check(request)
    except RecursionError:
        return [problem("notebook-too-deep", "its code is nested too deeply to be read")]
    except MemoryError:
        return [problem("notebook-too-deep", "its code is too much to be read")]


def main():
    # Warnings of the compiler (`"\d"`) are about code that runs all the same.
    import warnings

    warnings.simplefilter("ignore")
    for request in json.load(sys.stdin):
        print(json.dumps(answer(request)), flush=True)


if __name__ == "__main__":
    main()
