/** What feed-s3-objects is called with: what S3 sends, beside parameters that the feeder's definition gives. */
import { feederParameters, objectParameters } from "cirrus-pipeline/feeder";
import * as z from "zod";

const place = z.templateLiteral(
  ["s3://", z.string().min(1), "/", z.string()],
  "expected s3://bucket/ or s3://bucket/prefix",
);

export const parameters = z.looseObject({
  Records: z
    .array(z.json())
    .optional()
    .describe("Notifications of S3, or the messages of a topic or a queue that hold them: the Lambda's own event."),
  detail: z.json().optional().describe("What EventBridge tells of an object: the Lambda's own event."),
  s3urls: z
    .array(place)
    .min(1)
    .optional()
    .describe(
      "Instead of notifications: what is listed, s3://bucket/prefix, to catch up with objects that are there already.",
    ),
  ...objectParameters,
  ...feederParameters,
});

export type Parameters = z.infer<typeof parameters>;
