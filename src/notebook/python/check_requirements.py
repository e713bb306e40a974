"""
Says which requirements of pip are none, and which cannot hold beside each other. Reads one JSON text, lists of
requirements, from the standard input and answers with a line for each list. pip brings the code that knows: without it
the answer is `unavailable`.
"""
import importlib
import json
import sys

sys.dont_write_bytecode = True

PARTS = ("requirements", "specifiers", "utils", "version")
PLACES = ("pip._vendor.packaging", "packaging", "setuptools._vendor.packaging")


def load():
    for place in PLACES:
        try:
            return [importlib.import_module(f"{place}.{part}") for part in PARTS]
        except ImportError:
            continue
    return None


def check(texts, requirements, specifiers, utils, version):
    found, valid = [], []
    for index, text in enumerate(texts):
        try:
            requirement = requirements.Requirement(text)
            holds = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        except Exception as error:
            found.append({"code": "requirement-invalid", "indexes": [index], "reason": str(error).split("\n")[0]})
            continue
        if holds:
            valid.append((index, utils.canonicalize_name(requirement.name), requirement))
    possible = []
    for index, name, requirement in valid:
        if compatible(requirement, requirement, specifiers, version):
            possible.append((index, name, requirement))
        else:
            found.append({"code": "requirement-impossible", "indexes": [index]})
    for position, (index, name, one) in enumerate(possible):
        for other_index, other_name, other in possible[position + 1 :]:
            if name == other_name and not compatible(one, other, specifiers, version):
                found.append({"code": "requirement-conflict", "indexes": [index, other_index]})
    return found


def compatible(one, other, specifiers, version):
    if one.url or other.url:
        # What lies at an address only pip can say.
        return not (one.url and other.url) or one.url == other.url
    both = specifiers.SpecifierSet(",".join(filter(None, (str(one.specifier), str(other.specifier)))))
    return any(both.contains(candidate, prereleases=True) for candidate in candidates(both, version))


def candidates(both, version):
    """Where one range ends and another begins something is decided: each named version, and those next to it."""
    yield "0.0.1"
    yield "99999"
    for specifier in both:
        text = specifier.version
        if specifier.operator == "===":
            yield text
            continue
        text = text[:-2] if text.endswith(".*") else text
        named = version.Version(text)
        yield str(named)
        epoch = f"{named.epoch}!" if named.epoch else ""
        release = list(named.release)
        numbers = [release + [0, 1], release[:-1] + [release[-1] + 1], release[:1] + [99999], [release[0] + 1]]
        lower = release[:]
        while lower and lower[-1] == 0:
            lower.pop()
        if lower:
            numbers.append(lower[:-1] + [lower[-1] - 1, 99999])
        for each in numbers:
            yield epoch + ".".join(map(str, each))
        base = epoch + ".".join(map(str, release))
        for ending in (".dev0", "a0", "b0", "rc0", "rc99999", ".post1"):
            yield base + ending


def main():
    loaded = load()
    for texts in json.load(sys.stdin):
        print(json.dumps("unavailable" if loaded is None else check(texts, *loaded)), flush=True)


if __name__ == "__main__":
    main()
