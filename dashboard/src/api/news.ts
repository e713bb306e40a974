/** The API's news over one connection for the whole page; the browser makes it anew where it breaks. No DOM. */

export interface News {
  /** Whether anybody tells of changes just now. */
  isOpen(): boolean;
  /** The browser has given up: nothing will come any more. */
  isOver(): boolean;
  close(): void;
}

export function listenToNews(url: string, heard: () => void): News {
  const source = new EventSource(url);
  source.addEventListener("change", heard);
  // What changed while the connection was broken was told to nobody.
  source.addEventListener("error", () => source.addEventListener("open", heard, { once: true }));
  return {
    isOpen: () => source.readyState === EventSource.OPEN,
    isOver: () => source.readyState === EventSource.CLOSED,
    close: () => source.close(),
  };
}
