/** Invocations that wait for a worker: a line for each function, so that finding the next ones does not grow with how many wait. */
import type { LambdaFunction } from "../../executions/lambda-function.ts";
import { versionOf, type Worker } from "./lambda-workers.ts";

export interface Waiting {
  readonly fn: LambdaFunction;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly take: (worker: Worker) => void;
  readonly refuse: (reason: unknown) => void;
}

export interface Line {
  readonly version: string;
  readonly first: Waiting;
  /** Since when there was a place that nobody in this line could use, in milliseconds since 1970. */
  heldSince: number | undefined;
}

export interface Lines {
  join(place: Waiting): void;
  /** False where it did not wait any more. */
  leave(place: Waiting): boolean;
  /** Those in which somebody waits, in the order in which their first came. */
  inOrder(): Line[];
  length(): number;
  /** Everybody leaves, in the order they came. */
  clear(): Waiting[];
}

interface Numbered extends Line {
  first: Waiting;
  /** In the order they came; the number tells who came first among lines. */
  readonly places: Map<Waiting, number>;
}

export function makeLines(): Lines {
  const lines = new Map<string, Numbered>();
  let joined = 0;
  let length = 0;
  const numberOf = ({ places, first }: Numbered) => places.get(first) ?? 0;

  return {
    join(place) {
      const version = versionOf(place.fn);
      const line = lines.get(version) ?? { version, first: place, heldSince: undefined, places: new Map() };
      line.places.set(place, joined++);
      lines.set(version, line);
      length++;
    },
    leave(place) {
      const version = versionOf(place.fn);
      const line = lines.get(version);
      if (!line?.places.delete(place)) return false;
      length--;
      const [next] = line.places.keys();
      if (next) line.first = next;
      else lines.delete(version);
      return true;
    },
    inOrder: () => [...lines.values()].toSorted((a, b) => numberOf(a) - numberOf(b)),
    length: () => length,
    clear() {
      const all = [...lines.values()].flatMap(({ places }) => [...places]);
      lines.clear();
      length = 0;
      return all.toSorted(([, a], [, b]) => a - b).map(([place]) => place);
    },
  };
}
