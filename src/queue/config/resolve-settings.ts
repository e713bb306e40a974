/** What holds where several places say something: options over the provider's section over `run` over the task's definition. */
import { EXIT, type Problem, ProblemsError } from "../../errors.ts";
import { constraintProblems } from "../../pool/plan/constraints.ts";
import type { BulkSettings } from "../../project/project.ts";
import { type BulkConfig, hyphened, PROVIDERS, type Provider, type Section } from "./read-config.ts";
import { IDLE_SETTINGS, SETTING_NAMES, type SettingName, type Settings } from "./settings.ts";

export interface Sources {
  /** From the command line. */
  readonly options: Settings;
  readonly config: BulkConfig | undefined;
  readonly provider: Provider;
  /** From the task's definition.yml. */
  readonly task: { readonly settings: BulkSettings; readonly file: string } | undefined;
}

export interface Resolved {
  readonly settings: Settings;
  /** Where each value comes from: `--max-runtime`, `tasks.yml:7`. */
  readonly origins: ReadonlyMap<SettingName, string>;
  /** For people: what is said twice, and what is said in vain. */
  readonly notes: readonly string[];
}

interface Layer {
  readonly values: Settings;
  readonly origin: (name: SettingName) => string;
}

/** Throws `ProblemsError` where values that are each right contradict each other. */
export function resolveSettings({ options, config, provider, task }: Sources): Resolved {
  const layers: readonly Layer[] = [
    { values: options, origin: (name) => `--${hyphened(name)}` },
    ...(config === undefined ? [] : [layerOf(config.sections[provider]), layerOf(config.sections.run)]),
    ...(task === undefined ? [] : [{ values: task.settings, origin: () => task.file }]),
  ];
  const values: Record<string, unknown> = {};
  const origins = new Map<SettingName, string>();
  const notes = config === undefined ? [] : unreadSections(config, provider);
  for (const name of SETTING_NAMES) {
    const saying = layers.filter((layer) => layer.values[name] !== undefined);
    const [first, ...others] = saying;
    if (first === undefined) continue;
    values[name] = first.values[name];
    origins.set(name, first.origin(name));
    for (const { origin } of others) {
      notes.push(`${hyphened(name)} is taken from ${first.origin(name)}, and not from ${origin(name)}.`);
    }
    const idle = Object.entries(IDLE_SETTINGS).find(([key]) => key === name);
    if (idle !== undefined) notes.push(`${hyphened(name)} (${first.origin(name)}) has no effect: ${idle[1].about}.`);
  }
  const settings = values as Settings; // each layer's values are settings
  refuseContradictions(settings, origins);
  return { settings, origins, notes };
}

/** A file may have a section for each provider; one that has none for this provider was meant for another. */
function unreadSections({ file, sections }: BulkConfig, provider: Provider): string[] {
  if (sections[provider].places.size > 0) return [];
  const others = PROVIDERS.filter((name) => sections[name].places.size > 0);
  return others.map((name) => `The section ${name} of ${file} is not read: this run's provider is ${provider}.`);
}

function layerOf({ values, places }: Section): Layer {
  return { values, origin: (name) => places.get(name) ?? "" };
}

function refuseContradictions(settings: Settings, origins: Resolved["origins"]): void {
  const problems: readonly Problem[] = constraintProblems(settings).map((problem) => {
    const place = SETTING_NAMES.find((name) => name === problem.path);
    return { ...problem, path: undefined, file: place && origins.get(place) };
  });
  if (problems.length === 0) return;
  throw new ProblemsError("What the run is to be like contradicts itself; nothing was changed:", problems, {
    exitCode: EXIT.config,
  });
}
