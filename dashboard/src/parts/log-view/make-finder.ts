/** A finder that is a worker of the browser. */
import type { Found, Question } from "./find-in-block.ts";
import type { Finder } from "./search.ts";

export function makeFinder(): Finder {
  const worker = new Worker(new URL("./find-worker.ts", import.meta.url), { type: "module" });
  return {
    ask(question: Question): Promise<Found> {
      return new Promise((resolve, reject) => {
        worker.addEventListener("message", (event: MessageEvent<Found>) => resolve(event.data), { once: true });
        worker.addEventListener("error", () => reject(new Error("The worker that searches could not be started.")), {
          once: true,
        });
        worker.postMessage(question);
      });
    },
    end: () => worker.terminate(),
  };
}
