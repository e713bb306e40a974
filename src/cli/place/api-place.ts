/** A place as the API looks and acts in it: this machine, or a stage that is deployed. */
import type { ApiPorts, ApiSettings } from "../../api/ports.ts";

export interface ApiPlace {
  readonly ports: ApiPorts;
  readonly settings: ApiSettings;
  /** The files that everything here is kept in, whether they are there or not; none where it is not kept here. */
  readonly databases: readonly string[];
  close(): Promise<void>;
}
