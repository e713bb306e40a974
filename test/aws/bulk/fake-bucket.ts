/** S3 in memory, for what the object store calls. */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { NoSuchKey, NotFound, type PutObjectCommandInput, S3ServiceException } from "@aws-sdk/client-s3";
import type { S3 } from "../../../src/aws/services/s3.ts";

const META = { $metadata: {} };

export function makeFakeBucket() {
  const objects = new Map<string, Buffer>();
  const s3 = {
    async getObject({ Key = "" }) {
      const body = objects.get(Key);
      if (body === undefined) throw new NoSuchKey({ message: "The specified key does not exist.", ...META });
      return { Body: Readable.from([body]), ContentLength: body.length, LastModified: new Date(0), ...META };
    },
    async headObject({ Key = "" }) {
      const body = objects.get(Key);
      if (body === undefined) throw new NotFound({ message: "Not Found", ...META });
      return { ContentLength: body.length, LastModified: new Date(0), ...META };
    },
    async putObject({ Key = "", Body, IfNoneMatch }: PutObjectCommandInput) {
      if (IfNoneMatch === "*" && objects.has(Key)) {
        throw new S3ServiceException({ name: "PreconditionFailed", $fault: "client", ...META });
      }
      objects.set(Key, Buffer.from(Body as Buffer)); // as the object store gives it
      return META;
    },
    async upload({ Key = "", Body }: PutObjectCommandInput) {
      objects.set(Key, await buffer(Body as Readable)); // a file's stream
    },
    async deleteObject({ Key = "" }) {
      objects.delete(Key);
      return META;
    },
    async listObjects({ Prefix = "" }) {
      const found = [...objects].filter(([Key]) => Key.startsWith(Prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
      return { Contents: found.map(([Key, { length: Size }]) => ({ Key, Size, LastModified: new Date(0) })), ...META };
    },
  };
  // What is not there is not called by the store of bulk runs.
  return { s3: s3 as unknown as S3, objects };
}
