"""
What a function returned, as JSON. Numbers, tables and times become what one would write by hand; what has no such form
is named with its place, and never passed off as its `repr`.
"""
import json
import math

LIMIT_BYTES = 256 * 1024
# Each value takes two bytes at least: a digit and a comma.
LIMIT_VALUES = LIMIT_BYTES // 2
SAFE = 2**53 - 1


class NotJson(Exception):
    pass


class Converter:
    def __init__(self):
        self.values = 0
        self.not_finite = 0
        self.too_long = 0
        self.open = []

    def convert(self, value, path="result"):
        self.values += 1
        if self.values > LIMIT_VALUES:
            raise NotJson(TOO_LARGE)
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind is int:
            return self.whole(value)
        if kind is float:
            return self.number(value)
        if any(value is other for other in self.open):
            raise NotJson(f"{path} holds itself")
        self.open.append(value)
        try:
            return self.compound(value, path)
        finally:
            self.open.pop()

    def compound(self, value, path):
        if isinstance(value, dict):
            return self.mapping(value, path)
        if hasattr(value, "_asdict") and isinstance(value, tuple):
            return self.mapping(value._asdict(), path)
        if isinstance(value, (list, tuple, range)):
            return self.sequence(value, path)
        if isinstance(value, (set, frozenset)):
            return self.sequence(in_order(value), path)
        known, plain = self.plain(value, path)
        if known:
            return plain
        raise NotJson(f"{path} is of type {type_name(value)}, which JSON cannot hold")

    def plain(self, value, path):
        """Types of the standard library, and by their methods those of NumPy, pandas, polars, PyTorch and pydantic."""
        import dataclasses
        import datetime
        import decimal
        import enum
        import os
        import uuid

        if type(value).__name__ in ("NaTType", "NAType"):
            return True, self.missing()
        if isinstance(value, enum.Enum):
            return True, self.convert(value.value, path)
        if isinstance(value, str):
            return True, self.text(str.__str__(value))
        if isinstance(value, int):
            return True, self.whole(int(value))
        if isinstance(value, float):
            return True, self.number(float(value))
        if isinstance(value, (datetime.date, datetime.time)):
            return True, value.isoformat()
        if isinstance(value, datetime.timedelta):
            return True, value.total_seconds()
        if isinstance(value, (decimal.Decimal, uuid.UUID)):
            return True, str(value)
        if isinstance(value, os.PathLike):
            return True, self.text(str(value))
        if isinstance(value, type):
            return False, None
        if dataclasses.is_dataclass(value):
            fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            return True, self.mapping(fields, path)
        if isinstance(getattr(value, "size", None), int) and value.size > LIMIT_VALUES:
            raise NotJson(TOO_LARGE)
        for take in (as_table, as_list, as_model):
            found, simple = take(value)
            if found:
                return True, self.convert(simple, path)
        return False, None

    def mapping(self, value, path):
        converted = {}
        for key, member in value.items():
            name = self.key(key, path)
            if name in converted:
                raise NotJson(f"{path} has two keys that are {json.dumps(name)} in JSON")
            converted[name] = self.convert(member, f"{path}[{shortened(name)}]")
        return converted

    def key(self, key, path):
        if type(key) is str:
            return self.text(key)
        plain = self.convert(key, f"a key of {path}")
        if isinstance(plain, (list, dict)):
            raise NotJson(f"{path} has a key of type {type_name(key)}, which JSON cannot hold")
        return plain if isinstance(plain, str) else json.dumps(plain)

    def sequence(self, values, path):
        if len(values) > LIMIT_VALUES:
            raise NotJson(TOO_LARGE)
        return [self.convert(member, f"{path}[{index}]") for index, member in enumerate(values)]

    def text(self, value):
        if len(value) > LIMIT_BYTES:
            raise NotJson(TOO_LARGE)
        # Half of a pair of UTF-16 is no text anywhere else.
        return value.encode("utf-8", "replace").decode("utf-8")

    def number(self, value):
        return value if math.isfinite(value) else self.missing()

    def whole(self, value):
        """JSON is read as floating point: beyond 2^53 another number would come out."""
        if -SAFE <= value <= SAFE:
            return value
        self.too_long += 1
        return str(value)

    def missing(self):
        self.not_finite += 1
        return None


    def losses(self):
        said = []
        if self.not_finite:
            said.append(f"values of the result that were NaN, infinite or missing became null: {self.not_finite}")
        if self.too_long:
            said.append(f"numbers of the result beyond 2^53 became text: {self.too_long}")
        return "; ".join(said) or None


TOO_LARGE = "the result is larger than 256 KiB"


def as_json(value):
    """The value and a warning or None; where it cannot be JSON the value is None, and the warning says why."""
    converter = Converter()
    try:
        plain = converter.convert(value)
        if len(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8")) > LIMIT_BYTES:
            raise NotJson(TOO_LARGE)
    except NotJson as problem:
        return None, f"ResultNotJson: {problem}. It was left out."
    except RecursionError:
        return None, "ResultNotJson: the result is nested too deeply. It was left out."
    except Exception as error:
        return None, f"ResultNotJson: the result cannot be read ({type(error).__name__}: {error}). It was left out."
    return plain, converter.losses()


def as_table(value):
    """pandas and polars: a list of rows. A series with names of its own is a mapping."""
    if type(value).__name__ == "Series" and hasattr(value, "index") and hasattr(value, "to_dict"):
        numbered = type(value.index).__name__ == "RangeIndex" or not value.index.is_unique
        return True, value.tolist() if numbered else value.to_dict()
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        return True, value.to_dict(orient="records")
    if hasattr(value, "to_dicts"):
        return True, value.to_dicts()
    return False, None


def as_list(value):
    if not callable(getattr(value, "tolist", None)):
        return False, None
    simple = value.tolist()
    # `numpy.longdouble` gives itself.
    return (True, simple) if type(simple) is not type(value) else (False, None)


def as_model(value):
    if callable(getattr(value, "model_dump", None)):
        return True, value.model_dump(mode="json")
    return False, None


def in_order(values):
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=lambda value: (type(value).__name__, repr(value)))


def shortened(name):
    text = json.dumps(name, ensure_ascii=False)
    return text if len(text) <= 40 else text[:39] + "…"


def type_name(value):
    kind = type(value)
    return kind.__name__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
