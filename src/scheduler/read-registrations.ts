/** Reads registrations for all loops: those of the repositories once for many that ask, those of the store once for each. */
import type { LoopStore } from "../loop/loop-store.ts";
import type { Registration } from "../loop/registration.ts";
import { shareCalls } from "./share-calls.ts";

export interface RegistrationReader {
  /** What is registered now; what was registered last where that cannot be read. */
  newest(): Promise<Registration | undefined>;
  registration(id?: string): Promise<Registration | undefined>;
}

/** Loops are rarely in iterations with more registrations than that at a time; a large one has megabytes. */
const KEPT = 8;

export function makeRegistrationReader(
  ports: { readonly store: Pick<LoopStore, "registration">; readonly register: () => Promise<Registration> },
  onProblem: (thrown: unknown) => void,
): RegistrationReader {
  const { store } = ports;
  const kept = new Map<string, Registration>();
  const register = shareCalls(ports.register);

  function keep(registration: Registration): Registration {
    const known = kept.get(registration.id) ?? registration;
    kept.delete(known.id);
    kept.set(known.id, known);
    for (const oldest of [...kept.keys()].slice(0, -KEPT)) kept.delete(oldest);
    return known;
  }

  return {
    async newest() {
      try {
        return keep(await register());
      } catch (thrown) {
        onProblem(thrown);
        return await store.registration();
      }
    },
    async registration(id) {
      const known = id === undefined ? undefined : kept.get(id);
      if (known !== undefined) return keep(known);
      const found = await store.registration(id);
      return found && keep(found);
    },
  };
}
