/** A finder that is a worker of the browser. */
import type { Found, Question } from "./find-in-block.ts";
import type { Finder } from "./search.ts";

export function makeFinder(): Finder {
  const worker = new Worker(new URL("./find-worker.ts", import.meta.url), { type: "module" });
  let waiting: { resolve(found: Found): void; reject(reason: Error): void } | undefined;
  worker.addEventListener("message", (event: MessageEvent<Found>) => waiting?.resolve(event.data));
  worker.addEventListener("error", () => waiting?.reject(new Error("The worker that searches does not work.")));
  return {
    ask(question: Question): Promise<Found> {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        worker.postMessage(question);
      });
    },
    end: () => worker.terminate(),
  };
}
