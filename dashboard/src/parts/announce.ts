/** News for those who listen to the page: collected for a moment, then read out once. */

const QUIET_MS = 250;
let region: HTMLElement | undefined;
let waiting: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/** The element with `role="status"` that the page has once. */
export function announceIn(element: HTMLElement | null): void {
  region = element ?? undefined;
}

export function announce(sentence: string): void {
  if (!waiting.includes(sentence)) waiting.push(sentence);
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (region) region.textContent = waiting.join(" ");
    waiting = [];
  }, QUIET_MS);
}
