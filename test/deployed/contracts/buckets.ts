/** Gives each test buckets of its own under the names that it asks for. */
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { makeClients } from "../../../src/aws/clients.ts";
import { makeS3ObjectStore } from "../../../src/aws/object-store.ts";
import type { ObjectHead, ObjectStore, ObjectUrl } from "../../../src/payload/object-store.ts";
import { toEmulator } from "../clients.ts";

/** Of the buckets only those that are named are there. */
export async function storeWithBuckets(endpoint: string, buckets: readonly string[]): Promise<ObjectStore> {
  const suffix = `-${crypto.randomUUID()}`;
  const client = new S3Client({ ...toEmulator(endpoint), forcePathStyle: true });
  await Promise.all(buckets.map((bucket) => client.send(new CreateBucketCommand({ Bucket: `${bucket}${suffix}` }))));
  return renamed(makeS3ObjectStore({ s3: makeClients(toEmulator(endpoint)).s3 }), suffix);
}

function renamed(store: ObjectStore, suffix: string): ObjectStore {
  // What is no URL goes to the store as it is, to be refused there.
  const inside = (url: ObjectUrl) =>
    String(url).replace(/^s3:\/\/(data2?|other|none|nowhere|payloads)\//, `s3://$1${suffix}/`) as ObjectUrl;
  const outside = (head: ObjectHead): ObjectHead => ({ ...head, url: head.url.replace(suffix, "") as ObjectUrl });
  return {
    async get(url, options) {
      const got = await store.get(inside(url), options);
      return got.outcome === "found" ? { ...got, head: outside(got.head) } : got;
    },
    async head(url) {
      const head = await store.head(inside(url));
      return head && outside(head);
    },
    put: (url, body, options) => store.put(inside(url), body, options),
    download: (url, path) => store.download(inside(url), path),
    upload: (path, url, options) => store.upload(path, inside(url), options),
    async openRead(url, range) {
      const opened = await store.openRead(inside(url), range);
      return opened && { ...opened, head: outside(opened.head) };
    },
    write: (url, body, options) => store.write(inside(url), body, options),
    copy: (from, to, options) => store.copy(inside(from), inside(to), options),
    async *list(prefix) {
      for await (const head of store.list(inside(prefix))) yield outside(head);
    },
    remove: (url) => store.remove(inside(url)),
  };
}
