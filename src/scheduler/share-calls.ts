/** Many ask for the same at the same time: one call answers all who asked before it began. */

/** Whoever asks while a call goes on waits for the next: what has changed since that one began is seen. */
export function shareCalls<T>(call: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  let next: Promise<T> | undefined;

  function begin(): Promise<T> {
    const called = call();
    current = called;
    const leave = () => {
      if (current === called) current = undefined;
    };
    called.then(leave, leave);
    return called;
  }

  function beginNext(): Promise<T> {
    next = undefined;
    return begin();
  }

  return () => {
    if (next !== undefined) return next;
    if (current === undefined) return begin();
    next = current.then(beginNext, beginNext);
    return next;
  };
}
