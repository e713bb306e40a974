/** Rejections as objects in S3. */
import { inject } from "vitest";
import { makeS3Rejections } from "../../../src/aws/rejections.ts";
import { payloadUrls } from "../../../src/payload/object-urls.ts";
import { describeRejections } from "../../contracts/rejections.ts";
import { storeWithBuckets } from "./buckets.ts";

describeRejections("S3", async () => {
  const objects = await storeWithBuckets(inject("endpoint"), ["payloads"]);
  const urls = payloadUrls({ bucket: "payloads", prefix: "cirrus" });
  return { rejections: makeS3Rejections({ objects, urls }), close: () => undefined };
});
