/** Chooses the object store that a task reads and writes. */
import { resolve } from "node:path";
import { makeObjectStore } from "../embedded/objects/object-store.ts";
import { type Environment, requireVariable } from "../env.ts";
import type { ObjectStore } from "../payload/object-store.ts";

export function objectsFromEnvironment(environment: Environment): ObjectStore {
  return makeObjectStore(resolve(requireVariable(environment, "CIRRUS_OBJECTS_DIRECTORY")));
}
