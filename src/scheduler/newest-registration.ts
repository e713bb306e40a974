/** Reads what repositories register now, once for all loops that ask at the same time. */
import type { LoopStore } from "../loop/loop-store.ts";
import type { Registration } from "../loop/registration.ts";
import { rememberRegistrations } from "../loop/remembered-registrations.ts";
import { shareCalls } from "./share-calls.ts";

/** What is registered now; what was registered last where that cannot be read. */
export function makeNewestRegistration(
  ports: { readonly store: Pick<LoopStore, "registration">; readonly register: () => Promise<Registration> },
  onProblem: (thrown: unknown) => void,
): () => Promise<Registration | undefined> {
  // A large one has megabytes: loops that hold the same one hold one copy of it.
  const remembered = rememberRegistrations();
  const register = shareCalls(ports.register);

  return async () => {
    try {
      const registration = await register();
      return remembered.get(registration.id) ?? remembered.keep(registration);
    } catch (thrown) {
      onProblem(thrown);
      return await ports.store.registration();
    }
  };
}
