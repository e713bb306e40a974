/** One call for many, of which a bad one never holds back the others. */
import { TransientError } from "../errors.ts";

/**
 * Calls with all at once. Where that fails, any one may be to blame: then each is tried by itself. Results come in the
 * order of the inputs.
 */
export async function together<T, R>(
  all: readonly T[],
  call: (some: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly PromiseSettledResult<R>[]> {
  if (all.length === 0) return [];
  try {
    const results = await call(all);
    return results.map((value) => ({ status: "fulfilled", value }));
  } catch (reason) {
    if (all.length === 1) return [{ status: "rejected", reason }];
    return (await Promise.all(all.map((one) => together([one], call)))).flat();
  }
}

/** The only result, or its error thrown. */
export function only<R>([result]: readonly PromiseSettledResult<R>[]): R {
  if (result?.status === "fulfilled") return result.value;
  throw result?.reason ?? new TransientError("no outcome was reported");
}
