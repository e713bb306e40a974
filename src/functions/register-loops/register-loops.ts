/** Reads what all repositories register and stores it: each iteration of a loop begins with it. */
import type { LoopStore } from "../../loop/loop-store.ts";
import type { Registration } from "../../loop/registration.ts";
import { makeRegistry, type RegistryPorts } from "../../loop/registry/read-registration.ts";
import type { Repository } from "../../loop/sources.ts";

export interface RegisterLoopsPorts extends Omit<RegistryPorts, "last"> {
  readonly store: Pick<LoopStore, "register" | "registration">;
}

export type RegisterLoops = (repositories: readonly Repository[]) => Promise<Registration>;

/**
 * Made once and called by every loop: what has not changed since the call before is not read again. A repository that
 * cannot be reached keeps what was stored of it last, with a warning that says why.
 */
export function makeRegisterLoops({ store, ...ports }: RegisterLoopsPorts): RegisterLoops {
  const registry = makeRegistry({ ...ports, last: () => store.registration() });
  return async (repositories) => {
    const registration = await registry.read(repositories);
    await store.register(registration);
    return registration;
  };
}
