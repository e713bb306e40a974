/** What the plugin adds to the configuration that the Serverless Framework has read from serverless.yml. */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import type { Config } from "../../project/project.ts";
import { PASSED_SECTIONS } from "../check/check-config.ts";
import type { Compiled } from "../compile.ts";

/** Where a value belongs, and the value. */
export type Setting = readonly [path: readonly string[], value: Json];

export function serverlessConfiguration(config: Config, { functions, resources }: Compiled): Setting[] {
  const { Rules: _later, ...sections } = resources;
  const { provider } = config;
  return [
    [["functions"], functions],
    [["resources"], sections],
    // Every function has the whole environment already, and this one would still hold its `#{…}`.
    [["provider", "environment"], {}],
    ...Object.entries(PROVIDER).map(([key, value]): Setting => [["provider", key], provider[key] ?? value]),
    ...PASSED_SECTIONS.flatMap((name): Setting[] => {
      const section = config.sections[name];
      return isJsonObject(section) ? [[[name], { ...section, ...ALWAYS[name] }]] : [];
    }),
  ];
}

/** CloudFormation's section that the Serverless Framework's own check of a configuration refuses; it comes after that. */
export function uncheckedSections({ resources }: Compiled): JsonObject {
  return resources.Rules === undefined ? {} : { Rules: resources.Rules };
}

/** What holds where cirrus.yml says nothing else. */
const PROVIDER: Readonly<Record<string, Json>> = {
  runtime: "nodejs24.x",
  // Nothing refers to versions of functions, and each deployment would leave one more of each behind.
  versionFunctions: false,
  // Code and templates lie in it; the Serverless Framework leaves it open to be made public.
  deploymentBucket: { blockPublicAccess: true },
};

/** What a section of cirrus.yml cannot change. */
const ALWAYS: Readonly<Record<string, JsonObject>> = { package: { individually: true } };
