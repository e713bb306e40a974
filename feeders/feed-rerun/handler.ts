/** Sends payloads again that are chosen by what became of them, with the input that they had. */
import { rerunFeeder, rerunPorts } from "cirrus-pipeline/functions";

export const handler = rerunFeeder(rerunPorts);
