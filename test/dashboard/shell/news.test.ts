import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listenToNews } from "../../../dashboard/src/api/news.ts";

/** As a browser's, with the connection in the hands of the test. */
class Connection extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static made: Connection[] = [];
  readyState = Connection.CONNECTING;

  constructor() {
    super();
    Connection.made.push(this);
  }

  open(): void {
    this.readyState = Connection.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  break(readyState = Connection.CONNECTING): void {
    this.readyState = readyState;
    this.dispatchEvent(new Event("error"));
  }

  close(): void {
    this.readyState = Connection.CLOSED;
  }
}

beforeEach(() => {
  Connection.made = [];
  vi.stubGlobal("EventSource", Connection);
});
afterEach(() => void vi.unstubAllGlobals());

function listen() {
  const heard = vi.fn();
  const news = listenToNews("/v1/changes", heard);
  const [connection] = Connection.made;
  if (connection === undefined) throw new Error("nothing was connected");
  return { heard, news, connection };
}

test("a connection that opens for the first time is no news, a change is", () => {
  const { heard, news, connection } = listen();
  expect(news.isOpen()).toBe(false);
  connection.open();
  expect(news.isOpen()).toBe(true);
  expect(heard).not.toHaveBeenCalled();
  connection.dispatchEvent(new Event("change"));
  expect(heard).toHaveBeenCalledTimes(1);
});

test("a connection that stands again is news once, however often it was tried: what was missed is asked for", () => {
  const { heard, news, connection } = listen();
  connection.open();
  for (let tries = 0; tries < 3; tries += 1) connection.break();
  expect(news.isOpen()).toBe(false);
  connection.open();
  expect(heard).toHaveBeenCalledTimes(1);
  connection.break();
  connection.open();
  expect(heard).toHaveBeenCalledTimes(2);
});

test("a connection that the browser has given up is over", () => {
  const { news, connection } = listen();
  connection.open();
  connection.break(Connection.CLOSED);
  expect([news.isOpen(), news.isOver()]).toEqual([false, true]);
});
