/** How a feeder tells how far it is: what it yields between payloads so that a later run can go on from there. */
import type { Json } from "../json.ts";

/** A symbol that no payload can hold; the registry's, as a project may have a copy of this package besides the command's. */
const POSITION = Symbol.for("cirrus.feeder.position");

export interface Position {
  readonly [POSITION]: Json;
}

/**
 * Everything that was yielded before this is sent; a later run with the same parameters is given `position` and goes on
 * from here.
 *
 * @example yield at({ page: 12 });
 */
export function at(position: Json): Position {
  return { [POSITION]: position };
}

/** Tells a position from a payload. */
export function isPosition(value: Json | Position): value is Position {
  return typeof value === "object" && value !== null && POSITION in value;
}

export function positionOf(told: Position): Json {
  return told[POSITION];
}
