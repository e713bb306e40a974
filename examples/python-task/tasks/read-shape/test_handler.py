"""Tests of the task in Python alone: `python -m unittest` in this folder."""

import struct
import unittest

from cirrus_task import AssetUnavailable, AssetUnreadable, InvalidInput, Objects, absolute_href
from handler import read_shapes


class MemoryObjects(Objects):
    """Objects in a dictionary."""

    def __init__(self, bodies):
        self.bodies = bodies

    def read(self, url, start=0, length=None):
        if url not in self.bodies:
            raise FileNotFoundError(url)
        return self.bodies[url][start : None if length is None else start + length]


def tiff(width, height, order="<"):
    """The header of a TIFF file, without pixels."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    tags = [(256, 4, width), (257, 4, height)]
    return head + struct.pack(f"{order}H", 2) + b"".join(struct.pack(f"{order}HHII", t, k, 1, v) for t, k, v in tags)


def payload(href="s3://scenes/a/red.tif", links=()):
    item = {"id": "scene", "links": list(links), "assets": {"red": {"href": href}}}
    return {"features": [item], "process": [{"workflow": "read-shape"}]}


class ReadShapeTest(unittest.TestCase):
    def test_assets_get_their_shape(self):
        for order in "<>":
            objects = MemoryObjects({"s3://scenes/a/red.tif": tiff(96, 64, order)})
            result = read_shapes(payload(), {"assets": ["red"]}, objects)
            self.assertEqual(result["features"][0]["assets"]["red"]["proj:shape"], [64, 96])

    def test_a_file_that_is_no_tiff_is_named(self):
        objects = MemoryObjects({"s3://scenes/a/red.tif": b"<html>"})
        with self.assertRaisesRegex(AssetUnreadable, "Item scene, asset red .*red.tif.*: it is no TIFF file"):
            read_shapes(payload(), {"assets": ["red"]}, objects)

    def test_a_missing_file_is_named(self):
        with self.assertRaisesRegex(AssetUnavailable, "Item scene, asset red"):
            read_shapes(payload(), {"assets": ["red"]}, MemoryObjects({}))

    def test_parameters_are_checked(self):
        for parameters in ({}, {"assets": "red"}, {"assets": ["blue"]}):
            with self.assertRaises(InvalidInput):
                read_shapes(payload(), parameters, MemoryObjects({}))

    def test_hrefs_are_relative_to_the_item(self):
        item = {"links": [{"rel": "self", "href": "s3://scenes/a/item.json"}]}
        self.assertEqual(absolute_href(item, "../b/red.tif"), "s3://scenes/b/red.tif")
        self.assertEqual(absolute_href(item, "s3://other/red.tif"), "s3://other/red.tif")
        self.assertEqual(absolute_href(item, "https://example.com/red.tif"), "https://example.com/red.tif")


if __name__ == "__main__":
    unittest.main()
