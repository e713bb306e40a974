/** The outlines of the world's land and the borders of its countries (Natural Earth, 1:110 million), as rings and lines. */
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import world from "world-atlas/countries-110m.json";
import type { Point } from "./rings.ts";

// The file's own format; TypeScript reads its texts as any text.
const topology = world as unknown as Topology<{ land: GeometryCollection; countries: GeometryCollection }>;

export function worldRings(): readonly (readonly Point[])[] {
  return feature(topology, topology.objects.land).features.flatMap(({ geometry }) => {
    const polygons = geometry.type === "MultiPolygon" ? geometry.coordinates : [];
    return polygons.flatMap((polygon) => polygon.map(pointsOf));
  });
}

/** Between two countries each; coasts are not among them. */
export function borderLines(): readonly (readonly Point[])[] {
  return mesh(topology, topology.objects.countries, (one, other) => one !== other).coordinates.map(pointsOf);
}

function pointsOf(positions: readonly (readonly number[])[]): readonly Point[] {
  return positions.map(([x = 0, y = 0]): Point => [x, y]);
}
