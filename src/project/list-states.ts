/** Every state of a definition, in branches and in Maps as well. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Path } from "../yaml/json-path.ts";

export interface FoundState {
  readonly name: string;
  readonly state: JsonObject;
  readonly path: Path;
}

export function listStates(sequence: JsonObject, path: Path): FoundState[] {
  const states = isJsonObject(sequence.States) ? sequence.States : {};
  return Object.entries(states).flatMap(([name, state]) => {
    if (!isJsonObject(state)) return [];
    const here = [...path, "States", name];
    const branches = Array.isArray(state.Branches) ? state.Branches : [];
    const inside = [
      ...branches.map((branch: Json, index): [Json, Path] => [branch, [...here, "Branches", index]]),
      ...["ItemProcessor", "Iterator"].map((member): [Json, Path] => [state[member] ?? null, [...here, member]]),
    ];
    const nested = inside.flatMap(([branch, at]) => (isJsonObject(branch) ? listStates(branch, at) : []));
    return [{ name, state, path: here }, ...nested];
  });
}
