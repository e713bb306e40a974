"""
Takes out of a cell what only a notebook's kernel understands: magics, shell lines and questions. Looks at the
beginnings of logical lines only, so that no string is ever altered, and keeps every line at its number.
"""
import re

from .problem import problem

# What they do has no meaning where nobody looks on.
DROPPED = re.compile(r"%(matplotlib\b|autoreload\b|(re)?load_ext\s+autoreload\b|config\s+InlineBackend\b)")
TRANSPARENT_CELL = re.compile(r"%%(time|capture)\b")
TIMED = re.compile(r"%time\b\s*(.*)")
INSTALL = re.compile(
    r"[%!]+\s*(sudo\s+)?((\S*python[\d.]*|\{[^}]*\})\s+-m\s+)?(uv\s+)?(pip[\d.]*|conda|mamba)\s+(install|add)\b(?P<what>.*)"
)
ASSIGNMENT = re.compile(r"(\s*[A-Za-z_][\w.,\[\]'\" *]*?\s*=\s*)([%!].*)")


class Cleaned:
    def __init__(self, cell):
        self.cell = cell
        self.source = ""
        self.problems = []
        self.notes = []

    def refuse(self, text, line):
        text = text.strip()
        installed = INSTALL.match(text)
        if installed:
            names = " ".join(word for word in installed.group("what").split() if not word.startswith("-"))
            self.add("dependency-in-notebook", f"`{shortened(text)}` installs nothing here", line,
                     f"Put it under `dependencies` in the YAML file: {names}" if names else None)
        elif "?" in (text[:1], text[-1:]):
            self.add("magic", f"`{shortened(text)}` is a question to a notebook's kernel", line, "Remove the line.")
        elif text.startswith("!"):
            self.add("magic", f"`{shortened(text)}` is a shell line, which needs a notebook's kernel", line,
                     "Remove it, or use `subprocess.run`.")
        else:
            self.add("magic", f"`{shortened(text)}` is a magic, which needs a notebook's kernel", line,
                     "Remove it, or write it in Python.")

    def add(self, code, message, line, hint):
        self.problems.append(problem(code, message, self.cell, line, hint))

    def drop(self, text, line):
        self.notes.append(f"cell {self.cell}, line {line}: `{shortened(text)}` has no meaning here and was left out")


def clean(source, cell):
    """Only for cells that are no Python as they are: in what is, nothing can be a magic."""
    cleaned = Cleaned(cell)
    source = without_cell_magics(source, cleaned)
    position = 0
    while position < len(source):
        source, position = clean_line(source, position, cleaned)
    cleaned.source = source
    return cleaned


def without_cell_magics(source, cleaned):
    """They stand on the first lines."""
    lines = source.split("\n")
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if not line.startswith("%%"):
            break
        if not TRANSPARENT_CELL.match(line):
            cleaned.refuse(line, index + 1)
            return "\n" * (len(lines) - 1)
        cleaned.drop(line, index + 1)
        lines[index] = ""
    return "\n".join(lines)


def clean_line(source, start, cleaned):
    """Cleans the logical line that begins at `start`; gives the new source and where the next line begins."""
    number = source.count("\n", 0, start) + 1
    line = source[start : line_end(source, start)]
    text = line.lstrip()
    indent = line[: len(line) - len(text)]
    assigned = ASSIGNMENT.match(line)
    magic = assigned.group(2) if assigned else text
    timed = TIMED.match(magic)
    if timed:
        cleaned.drop(magic if not timed.group(1) else "%time", number)
        new = (assigned.group(1) if assigned else indent) + (timed.group(1) or "None")
        source = source[:start] + new + source[start + len(line) :]
        return source, logical_end(source, start)[0] + 1
    if magic[:1] in ("%", "!", "?"):
        end = continued_end(source, start)
        if DROPPED.match(magic) and not assigned:
            cleaned.drop(magic, number)
        else:
            cleaned.refuse(magic, number)
        return without(source, start, end, assigned.group(1) + "None" if assigned else indent + "pass")
    end, questioned = logical_end(source, start)
    if questioned and source[start:end].rstrip().endswith("?"):
        cleaned.refuse(source[start:end], number)
        return without(source, start, end, indent + "pass")
    return source, end + 1


def without(source, start, end, new):
    source = source[:start] + new + "\n" * source.count("\n", start, end) + source[end:]
    return source, line_end(source, start + len(new)) + 1


def line_end(source, start):
    end = source.find("\n", start)
    return len(source) if end < 0 else end


def continued_end(source, start):
    """Of a magic, whose text is not Python: only a backslash goes on."""
    end = line_end(source, start)
    while end < len(source) and source[end - 1] == "\\":
        end = line_end(source, end + 1)
    return end


TOKEN = re.compile(r"'''|\"\"\"|['\"#\\()\[\]{}?\n]")


def logical_end(source, start):
    """Where the logical line of Python ends, and whether it has a question mark outside strings and comments."""
    depth, questioned, position = 0, False, start
    while True:
        token = TOKEN.search(source, position)
        if token is None:
            return len(source), questioned
        text, position = token.group(), token.end()
        if text == "\n" and depth <= 0:
            return token.start(), questioned
        if text == "#":
            position = line_end(source, position)
        elif text == "\\":
            position += 1
        elif text[0] in "'\"":
            position = string_end(source, position, text)
        elif text == "?":
            questioned = True
        elif text != "\n":
            depth += 1 if text in "([{" else -1


def string_end(source, start, quote):
    """Backslashes keep a quote from ending a string, in raw strings too. One quote alone ends with its line at last."""
    position = start
    while position < len(source):
        if source[position] == "\\":
            position += 2
        elif source.startswith(quote, position):
            return position + len(quote)
        elif source[position] == "\n" and len(quote) == 1:
            return position
        else:
            position += 1
    return len(source)


def shortened(text, limit=60):
    text = text.strip().split("\n")[0]
    return text if len(text) <= limit else text[: limit - 1] + "…"
