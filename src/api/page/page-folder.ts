/** Where the build of the page lies, in a checkout and in the published package alike. */
import { fileURLToPath } from "node:url";

export const PAGE_FOLDER = fileURLToPath(new URL("../../../dashboard/dist", import.meta.url));
