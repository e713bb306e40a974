/** The calls of S3 that Cirrus makes. */
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  DeleteObjectCommand,
  type DeleteObjectCommandInput,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  type HeadObjectCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from "@aws-sdk/client-s3";
import { type ClientOptions, clientSettings, explained } from "./settings.ts";

export type S3 = ReturnType<typeof connectS3>;

export function connectS3(options: ClientOptions) {
  const client = explained(
    new S3Client({
      ...clientSettings(options),
      // Emulators have no address for each bucket; and tasks read buckets of other regions.
      forcePathStyle: options.endpoint !== undefined,
      followRegionRedirects: true,
    }),
    "S3",
    options,
  );
  return {
    getObject: (input: GetObjectCommandInput) => client.send(new GetObjectCommand(input)),
    headObject: (input: HeadObjectCommandInput) => client.send(new HeadObjectCommand(input)),
    putObject: (input: PutObjectCommandInput) => client.send(new PutObjectCommand(input)),
    copyObject: (input: CopyObjectCommandInput) => client.send(new CopyObjectCommand(input)),
    deleteObject: (input: DeleteObjectCommandInput) => client.send(new DeleteObjectCommand(input)),
    listObjects: (input: ListObjectsV2CommandInput) => client.send(new ListObjectsV2Command(input)),
    /** In parts where it is large; those of an upload that fails are removed. */
    async upload(input: PutObjectCommandInput): Promise<void> {
      const { Upload } = await import("@aws-sdk/lib-storage");
      const settings = { partSize: PART_BYTES, queueSize: PARTS_AT_A_TIME, leavePartsOnError: true };
      const upload = new Upload({ client, params: input, ...settings });
      try {
        await upload.done();
      } catch (thrown) {
        const { Bucket, Key } = input;
        const { uploadId: UploadId } = upload;
        // Whoever may not do so leaves them to the bucket's lifecycle: what matters is why the upload failed.
        if (UploadId !== undefined)
          await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => {});
        throw thrown;
      }
    },
  };
}

/** S3 takes 10,000 parts at most: objects of up to 160 GB. */
const PART_BYTES = 16 * 1024 * 1024;
const PARTS_AT_A_TIME = 3;
