/** A task that does with an item's assets what a test asks for, and a server that its assets lie on. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import * as z from "zod";
import { type Assets, defineTask, type Item, type TaskHandler } from "../../src/task/index.ts";
import { type TestOptions, testTask } from "../../src/testing/index.ts";

export type Use = (assets: Assets, item: Item, workdir: string) => unknown;

export const withAsset = (href: string, more: object = {}) => ({ assets: { scene: { href, ...more } } });

export function probe(use: Use): TaskHandler {
  return defineTask({
    name: "probe",
    parameters: z.object({}),
    async run({ items, assets, workdir }) {
      for (const each of items) await use(assets, each, workdir);
    },
  });
}

export function payloadOf(item: object, upload_options: object = {}) {
  const features = [{ id: "a", collection: "c", properties: { datetime: "2020-05-18T13:35:47Z" }, ...item }];
  return { type: "FeatureCollection", features, process: [{ workflow: "w", upload_options }] };
}

export function runAssets(
  item: object,
  use: Use,
  { upload_options = {}, ...options }: TestOptions & { upload_options?: object } = {},
) {
  return testTask(probe(use), payloadOf(item, upload_options), options);
}

export async function serve(listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}
