/** The outlines of the world's land (Natural Earth, 1:110 million), as rings. */
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import land from "world-atlas/land-110m.json";
import type { Point } from "./rings.ts";

export function worldRings(): readonly (readonly Point[])[] {
  // The file's own format; TypeScript reads its texts as any text.
  const topology = land as unknown as Topology<{ land: GeometryCollection }>;
  return feature(topology, topology.objects.land).features.flatMap(({ geometry }) => {
    const polygons = geometry.type === "MultiPolygon" ? geometry.coordinates : [];
    return polygons.flatMap((polygon) => polygon.map((ring) => ring.map(([x = 0, y = 0]): Point => [x, y])));
  });
}
