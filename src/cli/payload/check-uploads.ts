/** Where a payload's uploads would go, held against its items before anything runs. */
import { InvalidInput, type Problem } from "../../errors.ts";
import {
  type Payload,
  type PlacedDefinition,
  type ProcessDefinition,
  placedDefinitions,
} from "../../payload/payload.ts";
import { uploadOptionsProblems } from "../../payload/payload-schema.ts";
import { jsonPath, showValue } from "../../payload/problems.ts";
import { folderOf } from "../../task/assets/upload-options.ts";
import { readCollections } from "../../task/collections.ts";
import type { Item } from "../../task/item.ts";

export interface UploadFindings {
  /** What is wrong whatever the items are. */
  readonly problems: readonly Problem[];
  /** What fails with these items where a task uploads, and no task before it adds what they lack. */
  readonly warnings: readonly Problem[];
}

export async function checkUploads({ process, features }: Payload): Promise<UploadFindings> {
  const problems = placedDefinitions(process).flatMap(collectionProblems);
  if (problems.length > 0) return { problems, warnings: [] };
  try {
    return { problems, warnings: await folderWarnings(process[0], features) };
  } catch (thrown) {
    if (!(thrown instanceof InvalidInput)) throw thrown;
    const { message, where, hint } = thrown;
    return { problems: [{ code: "bad-collection-matcher", path: where, message, hint }], warnings: [] };
  }
}

/** The payload's own check asks of the options of single collections that they are objects, and no more. */
function collectionProblems({ definition, place }: PlacedDefinition): readonly Problem[] {
  const { collection_options: options = {} } = definition;
  return Object.entries(options).flatMap(([collection, { upload_options: upload }]) =>
    uploadOptionsProblems(upload, [...place, "collection_options", collection, "upload_options"]),
  );
}

/** One for each way to fail, however many items fail so. */
async function folderWarnings(definition: ProcessDefinition, features: Payload["features"]): Promise<Problem[]> {
  const collectionOf = await readCollections(definition);
  const failed = features.flatMap((feature, index) => {
    const failure = folderFailure({ definition, collectionOf }, feature as unknown as Item); // a task gets it as that
    return failure === undefined ? [] : [{ failure, id: feature.id, index }];
  });
  const alike = Map.groupBy(failed, ({ failure }) => JSON.stringify([failure.where, failure.message]));
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { failure, id, index } = first;
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    const path = failure.where ?? jsonPath(["features", index]);
    return [
      { code: "path-template", path, message: `item ${showValue(id)}${more}, ${failure.message}`, hint: failure.hint },
    ];
  });
}

/** Buckets are named where it runs. */
const ANY_BUCKET = () => "data";

type Failure = Pick<Problem, "message" | "hint"> & { readonly where: string | undefined };

function folderFailure(naming: Parameters<typeof folderOf>[0], item: Item): Failure | undefined {
  try {
    folderOf(naming, item, ANY_BUCKET);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof InvalidInput)) throw thrown;
    return thrown;
  }
}
