/** Registrations in memory, those used last: every turn of every loop asks for the same one, which may have megabytes. */
import type { Registration } from "./registration.ts";

export interface RememberedRegistrations {
  get(id: string): Registration | undefined;
  /** Hands it back. */
  keep(registration: Registration): Registration;
}

/** Loops are rarely in iterations with more of them at a time. */
const MOST = 8;

export function rememberRegistrations(): RememberedRegistrations {
  const remembered = new Map<string, Registration>();

  function keep(registration: Registration): Registration {
    remembered.delete(registration.id);
    remembered.set(registration.id, registration);
    for (const id of [...remembered.keys()].slice(0, -MOST)) remembered.delete(id);
    return registration;
  }

  return {
    get(id) {
      const known = remembered.get(id);
      return known && keep(known);
    },
    keep,
  };
}
