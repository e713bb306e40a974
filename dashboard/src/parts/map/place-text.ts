/** Where footprints lie, in words: what the map says to those who do not see it. */
import { type Frame, frameOf } from "./frame.ts";
import { merged, type Shape } from "./rings.ts";

export function placeText(footprints: readonly { readonly shape: Shape }[]): string {
  const bounds = frameOf(merged(footprints.map(({ shape }) => shape)), "tight");
  if (!bounds) return "No footprint that can be drawn.";
  const many = footprints.length === 1 ? "" : `${footprints.length} footprints, `;
  return many + boundsText(bounds);
}

/** `24.3° S to 22.1° S, 63.6° W to 61.2° W`, or one place */
function boundsText({ west, south, east, north }: Frame): string {
  if (east - west >= 360) return `${latitude(south)} to ${latitude(north)}, around the world`;
  if (north - south < 0.05 && east - west < 0.05) return `${latitude(south)}, ${longitude(west)}`;
  return `${latitude(south)} to ${latitude(north)}, ${longitude(west)} to ${longitude(east)}`;
}

function latitude(degrees: number): string {
  return `${Math.abs(degrees).toFixed(1)}° ${degrees < 0 ? "S" : "N"}`;
}

function longitude(degrees: number): string {
  const within = ((((degrees + 180) % 360) + 360) % 360) - 180;
  return `${Math.abs(within).toFixed(1)}° ${within < 0 ? "W" : "E"}`;
}
