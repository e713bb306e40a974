/** The outlines of the world's land and the borders of its countries (Natural Earth, 1:110 million), as rings and lines. */
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import world from "world-atlas/countries-110m.json" with { type: "json" };
import { NO_SHAPE, type Shape, shapeOf } from "./rings.ts";

// The file's own format; TypeScript reads its texts as any text.
const topology = world as unknown as Topology<{ land: GeometryCollection; countries: GeometryCollection }>;

/** Land crosses the antimeridian as footprints do, and Antarctica has a pole inside. */
export function worldLand(): Shape {
  const [land] = feature(topology, topology.objects.land).features;
  return shapeOf(land?.geometry) ?? NO_SHAPE;
}

/** Between two countries each; coasts are not among them. */
export function worldBorders(): Shape {
  return shapeOf(mesh(topology, topology.objects.countries, (one, other) => one !== other)) ?? NO_SHAPE;
}
