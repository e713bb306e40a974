/** Keeps a provider's answers as files, one each; any number of commands may read and write them at once. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import type { Answer, AnswerStore } from "../../offers/cached-catalogue.ts";

const answer = z.object({ readAt: z.iso.datetime(), value: z.unknown() });

export function makeAnswerFiles(folder: string): AnswerStore {
  const fileOf = (key: string) => join(folder, `${key}.json`);
  return {
    async read(key): Promise<Answer | undefined> {
      try {
        return answer.parse(JSON.parse(await readFile(fileOf(key), "utf8")));
      } catch {
        // Missing, cut off by a full disk, or not ours: the provider is asked again.
        return undefined;
      }
    },

    /** Under another name first, so that nobody reads half of it. */
    async write(key, written) {
      const file = fileOf(key);
      const draft = `${file}.${randomUUID()}`;
      try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(draft, JSON.stringify(written));
        await rename(draft, file);
      } catch {
        // What cannot be kept was read nevertheless: a folder that is read-only makes commands slow and not wrong.
        await rm(draft, { force: true }).catch(() => {});
      }
    },
  };
}
