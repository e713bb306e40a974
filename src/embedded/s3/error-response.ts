/** Refusals in the XML that clients read a code and a message from. */
import type { S3Error } from "./s3-error.ts";
import { element, xmlDocument } from "./xml.ts";

/** A HEAD has the status alone, as on AWS. */
export function errorResponse(error: S3Error, resource: string, requestId: string, method: string): Response {
  const members = { Code: error.code, Message: error.message, Resource: resource, RequestId: requestId };
  const body = xmlDocument(
    "Error",
    Object.entries(members).map(([name, text]) => element(name, text)),
    null,
  );
  const headers = { ...error.headers, "Content-Type": "application/xml" };
  return new Response(method === "HEAD" ? null : body, { status: error.status, headers });
}
