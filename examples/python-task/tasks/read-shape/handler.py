"""The task `read-shape`: reads from the headers of TIFF files how many pixels and bands they have."""

import struct
import sys
from typing import Any, Dict, List, Tuple

from cirrus_task import AssetUnavailable, AssetUnreadable, InvalidInput, Objects, absolute_href, run

PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"

# Tags of TIFF: width, height, samples of a pixel.
WIDTH, HEIGHT, SAMPLES = 256, 257, 277
# Types of a tag's value that hold one whole number.
NUMBERS = {1: "B", 3: "H", 4: "I", 16: "Q"}


def read_shapes(payload: Dict[str, Any], parameters: Dict[str, Any], objects: Objects) -> Dict[str, Any]:
    """Gives every named asset of every item its `proj:shape` and its bands."""
    keys = parameters.get("assets")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, str) for key in keys):
        raise InvalidInput(f"process[0].tasks.read-shape.assets is {keys!r}, expected a list of asset keys")
    for item in payload["features"]:
        for key in keys:
            _describe(item, key, objects)
    return payload


def _describe(item: Dict[str, Any], key: str, objects: Objects) -> None:
    assets = item.get("assets", {})
    if key not in assets:
        known = ", ".join(sorted(assets)) or "none"
        raise InvalidInput(f"Item {item['id']} has no asset {key}; it has {known}")
    url = absolute_href(item, assets[key]["href"])
    place = f"Item {item['id']}, asset {key} ({url})"
    try:
        height, width, bands = read_shape(url, objects)
    except FileNotFoundError:
        raise AssetUnavailable(f"{place}: there is no such object") from None
    except (struct.error, ValueError) as error:
        raise AssetUnreadable(f"{place}: {error}") from None
    assets[key].update({"proj:shape": [height, width], "bands": [{"name": str(n + 1)} for n in range(bands)]})
    extensions: List[str] = item.setdefault("stac_extensions", [])
    if PROJECTION not in extensions:
        extensions.append(PROJECTION)
    print(f"{place}: {width} x {height} pixels, {bands} bands")


def read_shape(url: str, objects: Objects) -> Tuple[int, int, int]:
    """Height, width and bands, by two small reads however large the file is."""
    header = objects.read(url, 0, 16)
    order = {b"II": "<", b"MM": ">"}.get(header[:2])
    if order is None or struct.unpack_from(f"{order}H", header, 2)[0] not in (42, 43):
        raise ValueError("it is no TIFF file")
    big = struct.unpack_from(f"{order}H", header, 2)[0] == 43
    at = struct.unpack_from(f"{order}Q", header, 8)[0] if big else struct.unpack_from(f"{order}I", header, 4)[0]
    # Writers put the tags in order; those that are needed here are among the first.
    tags = _numbers(objects.read(url, at, 4096), order, big)
    if WIDTH not in tags or HEIGHT not in tags:
        raise ValueError("its header names no width and height")
    return tags[HEIGHT], tags[WIDTH], tags.get(SAMPLES, 1)


def _numbers(directory: bytes, order: str, big: bool) -> Dict[int, int]:
    """The tags that hold one number."""
    count, first, size, value = (("Q", 8, 20, 12) if big else ("H", 2, 12, 8))
    found = {}
    for index in range(struct.unpack_from(f"{order}{count}", directory)[0]):
        entry = first + index * size
        if entry + size > len(directory):
            break
        tag, kind = struct.unpack_from(f"{order}HH", directory, entry)
        length = struct.unpack_from(f"{order}{'Q' if big else 'I'}", directory, entry + 4)[0]
        if length == 1 and kind in NUMBERS:
            found[tag] = struct.unpack_from(f"{order}{NUMBERS[kind]}", directory, entry + value)[0]
    return found


if __name__ == "__main__":
    sys.exit(run("read-shape", read_shapes))
