/** One document of a payload, asked for by its name. */
import type { PayloadDocument } from "../../../../src/api/shapes/payloads.ts";
import { type Query, useQuery } from "../../api/use-query.ts";
import type { DocumentName } from "./documents.ts";

/** Nothing is asked without a name. */
export function useDocument(id: string, name: DocumentName | undefined): Query<PayloadDocument> {
  return useQuery<PayloadDocument>(name && `/v1/payload/${name.kind}`, { id, execution: name?.execution });
}
