/** Does several things at a time and gives their results in the order of the inputs; no more is ahead than that. */

/** @example for await (const item of inOrder(urls, 8, (url) => http.getJson(url))) … */
export async function* inOrder<T, R>(
  inputs: Iterable<T> | AsyncIterable<T>,
  atATime: number,
  work: (input: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for await (const input of inputs) {
    const result = work(input);
    // Whoever waits for it sees it fail; until then nobody does.
    result.catch(() => {});
    running.push(result);
    const [oldest] = running;
    if (running.length < atATime || oldest === undefined) continue;
    yield await oldest;
    running.shift();
  }
  for (const result of running) yield await result;
}
