/** HTTP headers that a payload's upload options name, as the fields in which the SDK takes them. */
import type { PutObjectCommandInput } from "@aws-sdk/client-s3";
import { InvalidInput } from "../errors.ts";

type Fields = Partial<PutObjectCommandInput>;

const FIELDS: Readonly<Record<string, (value: string) => Fields>> = {
  "cache-control": (CacheControl) => ({ CacheControl }),
  "content-disposition": (ContentDisposition) => ({ ContentDisposition }),
  "content-encoding": (ContentEncoding) => ({ ContentEncoding }),
  "content-language": (ContentLanguage) => ({ ContentLanguage }),
  "content-type": (ContentType) => ({ ContentType }),
  expires: (value) => ({ Expires: new Date(value) }),
  // S3 checks the values of these itself, and names the ones it takes.
  "x-amz-acl": (value) => ({ ACL: value as NonNullable<Fields["ACL"]> }),
  "x-amz-storage-class": (value) => ({ StorageClass: value as NonNullable<Fields["StorageClass"]> }),
  "x-amz-server-side-encryption": (value) => ({
    ServerSideEncryption: value as NonNullable<Fields["ServerSideEncryption"]>,
  }),
  "x-amz-server-side-encryption-aws-kms-key-id": (SSEKMSKeyId) => ({ SSEKMSKeyId }),
  "x-amz-tagging": (Tagging) => ({ Tagging }),
};

const METADATA = "x-amz-meta-";

export function headerFields(headers: Readonly<Record<string, string>>): Fields {
  const metadata: Record<string, string> = {};
  const fields: Fields[] = [];
  for (const [header, value] of Object.entries(headers)) {
    const name = header.toLowerCase();
    const field = FIELDS[name];
    if (name.startsWith(METADATA)) metadata[name.slice(METADATA.length)] = value;
    else if (field) fields.push(field(value));
    else {
      throw new InvalidInput(`Objects cannot be stored with the header ${header}`, {
        hint: `There are: ${Object.keys(FIELDS).join(", ")}, ${METADATA}*.`,
      });
    }
  }
  const none = Object.keys(metadata).length === 0;
  return Object.assign({}, ...fields, none ? {} : { Metadata: metadata });
}
