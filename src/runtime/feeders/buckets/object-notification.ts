/** What S3 tells a Lambda of new objects: event version 2.1, "Event message structure" in its user guide. */
import { isoTime } from "../../../clock.ts";
import type { ChangedObject } from "../../../embedded/objects/changed-objects.ts";
import type { Json } from "../../../json.ts";
import { parseObjectUrl } from "../../../payload/object-store.ts";

export function objectNotification(objects: readonly ChangedObject[], region: string): Json {
  return {
    Records: objects.map(({ url, size, changed }) => {
      const { bucket, key } = parseObjectUrl(url);
      return {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: region,
        eventTime: isoTime(changed),
        eventName: "ObjectCreated:Put",
        s3: {
          s3SchemaVersion: "1.0",
          bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
          object: {
            key: escapedKey(key),
            size,
            sequencer: Math.trunc(changed).toString(16).toUpperCase().padStart(16, "0"),
          },
        },
      };
    }),
  };
}

/** As in a form, but for slashes. */
function escapedKey(key: string): string {
  return encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+");
}
