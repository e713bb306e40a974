/** Metrics by outcome: `PayloadsStarted`, `PayloadsRejected`, … */
import type { Invocation } from "./make-lambda.ts";

export function countOutcomes(
  what: string,
  results: readonly { readonly outcome: string }[],
  { count }: Pick<Invocation<unknown>, "count">,
): void {
  for (const [outcome, group] of Map.groupBy(results, (result) => result.outcome)) {
    count(`${what}${outcome.charAt(0).toUpperCase()}${outcome.slice(1)}`, group.length);
  }
}
