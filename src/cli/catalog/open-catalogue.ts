/** Opens the catalogue of offers that a command asks: AWS's with what was kept of it, or offline what was kept or recorded. */
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type Command, Option } from "commander";
import { makeAwsCatalogue } from "../../aws/offers/catalogue.ts";
import { systemClock } from "../../clock.ts";
import { makeAnswerFiles } from "../../embedded/offers/answer-files.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { type Catalogue, makeCatalogue } from "../../offers/cached-catalogue.ts";
import { RECORD, recordedCatalogue } from "../../offers/recorded/recorded.ts";
import { findProjectRoot } from "../../project/find-root.ts";
import { findProjectToLook } from "../place/find-project.ts";
import { type Io, paint } from "../terminal/io.ts";

export interface CatalogueOptions {
  readonly provider?: string | undefined;
  readonly region?: string | undefined;
  /** Says which region is meant where none is given. */
  readonly zone?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpointUrl?: string | undefined;
  readonly refresh?: boolean | undefined;
  readonly offline?: boolean | undefined;
}

export interface OpenCatalogue {
  readonly catalogue: Catalogue;
  readonly region: string;
}

export function addCatalogueOptions(command: Command): Command {
  return command
    .addOption(new Option("--provider <name>", "whose offers").choices(["aws"]).default("aws"))
    .option("-r, --region <name>", "region, instead of the project's, AWS_REGION or the profile's")
    .option("--profile <name>", "profile in the AWS configuration, instead of AWS_PROFILE")
    .option("--endpoint-url <url>", "another address than AWS's own: an emulator")
    .option("--refresh", "ask again for what was read today")
    .addOption(
      new Option("--offline", "ask nobody: take what was read last, or else recorded prices").conflicts("refresh"),
    );
}

export async function openCatalogue(io: Io, options: CatalogueOptions): Promise<OpenCatalogue> {
  const { refresh, offline } = options;
  const profile = options.profile ?? io.env.AWS_PROFILE;
  const endpoint = options.endpointUrl ?? io.env.AWS_ENDPOINT_URL;
  const { AWS_REGION, AWS_DEFAULT_REGION } = io.env;
  const chosen =
    options.region ?? regionOf(options.zone) ?? projectRegion(io) ?? (AWS_REGION || AWS_DEFAULT_REGION || undefined);
  const source = makeAwsCatalogue({ region: chosen, profile, endpoint }, systemClock);
  const catalogue = makeCatalogue({
    provider: "aws",
    source,
    recorded: recordedCatalogue,
    recordedAt: RECORD.asOf,
    store: makeAnswerFiles(join(cacheFolder(io.env), "cirrus", "offers", "aws", accountKey(profile, endpoint))),
    clock: systemClock,
    mode: offline ? "offline" : refresh ? "refresh" : "usual",
    onAsk: (what) => void io.stderr.write(`${paint(io, io.stderr, "dim", `asking AWS for ${what} …`)}\n`),
  });
  return { catalogue, region: chosen ?? (offline ? await recordedRegion() : await homeRegion(source)) };
}

/** Says on standard error how old what was found is, unless it was read just now. */
export async function sayOrigin(io: Io, { catalogue }: OpenCatalogue): Promise<void> {
  const { from, asOf } = await catalogue.origin();
  const minute = `${asOf.slice(0, 16).replace("T", " ")} UTC`;
  if (from === "record") {
    const label = paint(io, io.stderr, "yellow", "offline:");
    io.stderr.write(`${label} as recorded on ${asOf.slice(0, 10)}. ${RECORD.source}\n`);
  } else if (from === "kept") {
    io.stderr.write(`${paint(io, io.stderr, "dim", `as read at ${minute}; --refresh asks again`)}\n`);
  }
}

/** `us-west-2` of `us-west-2a`, and of the local zone `us-west-2-lax-1a`. */
function regionOf(zone: string | undefined): string | undefined {
  return zone?.match(/^[a-z]+(?:-[a-z]+)+-\d+/)?.[0];
}

/** A project's offers are those of the region that it is deployed to. */
function projectRegion(io: Io): string | undefined {
  return findProjectRoot(io.cwd) === undefined ? undefined : findProjectToLook(io, {}, []).config.region;
}

async function recordedRegion(): Promise<string> {
  const [first] = await recordedCatalogue.regions({ zones: false });
  return first?.name ?? "";
}

async function homeRegion(source: { homeRegion(): Promise<string> }): Promise<string> {
  try {
    return await source.homeRegion();
  } catch (thrown) {
    throw new CirrusError("No region is chosen.", {
      hint: "Give --region, or set AWS_REGION, or the region of the profile in the AWS configuration.",
      cause: thrown,
      exitCode: EXIT.config,
    });
  }
}

/** Two accounts see other zones under the same names, and an emulator other prices. */
function accountKey(profile = "default", endpoint?: string): string {
  const name = encodeURIComponent(profile);
  if (endpoint === undefined) return name;
  return `${name}-${createHash("sha256").update(endpoint).digest("hex").slice(0, 8)}`;
}

/** Where the system wants programs to keep what can be made again. */
function cacheFolder({ XDG_CACHE_HOME, LOCALAPPDATA, HOME = homedir() }: Io["env"]): string {
  if (XDG_CACHE_HOME) return XDG_CACHE_HOME;
  if (process.platform === "win32") return LOCALAPPDATA ?? join(HOME, "AppData", "Local");
  return process.platform === "darwin" ? join(HOME, "Library", "Caches") : join(HOME, ".cache");
}
