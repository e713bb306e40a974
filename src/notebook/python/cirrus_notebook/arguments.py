"""Whether arguments fit a function that they are given to by name."""
import ast
import inspect

from .problem import problem

POSITIONAL = inspect.Parameter.POSITIONAL_ONLY
NORMAL = inspect.Parameter.POSITIONAL_OR_KEYWORD
KEYWORD = inspect.Parameter.KEYWORD_ONLY
REST = inspect.Parameter.VAR_POSITIONAL
NAMED_REST = inspect.Parameter.VAR_KEYWORD


class Shown:
    """A default value in a signature that people read."""

    def __init__(self, text):
        self.text = text if len(text) <= 30 else text[:29] + "…"

    def __repr__(self):
        return self.text


def check_entry(cell, method, args):
    """What the text of the cell tells: what is decorated or made by a call shows its signature only when it runs."""
    node = cell.bound[method]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if node.decorator_list:
            return []
        return misfit(method, signature_of(node.args, cell), args, cell.index, node.lineno)
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if not all(isinstance(target, ast.Name) for target in targets):
            return []
        if isinstance(node.value, ast.Lambda):
            return misfit(method, signature_of(node.value.args, cell), args, cell.index, node.lineno)
        if isinstance(node.value, (ast.Constant, ast.JoinedStr, ast.List, ast.Dict, ast.Set, ast.Tuple)):
            return [problem("not-callable", f"`{method}` is no function", cell.index, node.lineno)]
    return []


def signature_of(arguments, cell):
    def shown(node):
        return inspect.Parameter.empty if node is None else Shown(cell.text_of(node))

    positional = arguments.posonlyargs + arguments.args
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    kinds = [POSITIONAL] * len(arguments.posonlyargs) + [NORMAL] * len(arguments.args)
    parameters = [
        inspect.Parameter(argument.arg, kind, default=shown(default))
        for argument, kind, default in zip(positional, kinds, defaults)
    ]
    if arguments.vararg:
        parameters.append(inspect.Parameter(arguments.vararg.arg, REST))
    parameters += [
        inspect.Parameter(argument.arg, KEYWORD, default=shown(default))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults)
    ]
    if arguments.kwarg:
        parameters.append(inspect.Parameter(arguments.kwarg.arg, NAMED_REST))
    return inspect.Signature(parameters)


def signature_at_run_time(function):
    """None where Python itself does not know it. Without annotations, and with short defaults."""
    try:
        found = inspect.signature(function)
    except (ValueError, TypeError):
        return None
    return inspect.Signature([
        parameter.replace(annotation=parameter.empty, default=shortly(parameter.default))
        for parameter in found.parameters.values()
    ])


def shortly(default):
    if default is inspect.Parameter.empty:
        return default
    return Shown(repr(default) if type(default) in (str, int, float, bool, type(None)) else f"<{type(default).__name__}>")


def misfit(method, signature, args, cell=None, line=None):
    """No problem, or one that names all that does not fit."""
    parameters = signature.parameters.values()
    takes_all = any(parameter.kind == NAMED_REST for parameter in parameters)
    by_name = {parameter.name for parameter in parameters if parameter.kind in (NORMAL, KEYWORD)}
    required = [parameter for parameter in parameters if parameter.default is parameter.empty]
    missing = [parameter.name for parameter in required if parameter.name in by_name and parameter.name not in args]
    unreachable = [parameter.name for parameter in required if parameter.kind == POSITIONAL]
    unexpected = [] if takes_all else [name for name in args if name not in by_name and name not in unreachable]
    parts = []
    if missing:
        parts.append(f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    if unexpected:
        parts.append(f"{listed(unexpected)} {'is' if len(unexpected) == 1 else 'are'} unexpected")
    if unreachable:
        parts.append(f"{listed(unreachable)} cannot be given by name")
    if not parts:
        return []
    message = f"args do not fit {method}{signature}: {', '.join(parts)}"
    return [problem("args", message, cell, line, misfit_hint(missing, unexpected, unreachable, by_name - set(args)))]


def misfit_hint(missing, unexpected, unreachable, free):
    if unreachable:
        return "Take the `/` out of the function's parameters."
    import difflib

    near = [(name, difflib.get_close_matches(name, free, 1, 0.6)) for name in unexpected]
    slips = [f"`{found[0]}` in place of `{name}`" for name, found in near if found]
    if slips:
        return f"Did you mean {', '.join(slips)}?"
    return "Add it under `args`." if len(missing) == 1 and not unexpected else None


def listed(names):
    return ", ".join(f"`{name}`" for name in names)
