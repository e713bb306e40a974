/** Takes signatures out of URLs: what is recorded goes into a repository, where no key to anything belongs. */
import { isJsonObject, type Json } from "../json.ts";
import { showUrl } from "../task/assets/href.ts";

/** What S3, Google, Azure and others sign URLs with, and tokens that stand for a person. */
const SIGNED = /[?&](?:x-(?:amz|goog)-\w+|signature|sig|awsaccesskeyid|\w*token|\w*key)=/i;

export function withoutSignature(url: string): string {
  if (!/^https?:\/\//i.test(url)) return url;
  const user = /^https?:\/\/[^/?#]*@/i.test(url);
  return user || SIGNED.test(url) ? showUrl(url) : url;
}

/** URLs within a text, such as an error's, and what stands behind the words of an `Authorization` header. */
export function withoutSecrets(text: string): string {
  if (/^https?:\/\//i.test(text) && !/\s/.test(text)) return withoutSignature(text);
  return text
    .replaceAll(/https?:\/\/[^\s"'<>]+/gi, withoutSignature)
    .replaceAll(/\b(Bearer|Basic) +[\w.~+/=-]{8,}/gi, "$1 (left out)");
}

/** All texts of a document. */
export function withoutSignatures(value: Json): Json {
  if (typeof value === "string") return withoutSecrets(value);
  if (Array.isArray(value)) return value.map(withoutSignatures);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([name, member = null]) => [name, withoutSignatures(member)]);
  return Object.fromEntries(members);
}
