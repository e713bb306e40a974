/** What notebooks import: Deno's `npm:` names are packages; what is fetched while it runs cannot be had. */

export type Specifier =
  | { readonly kind: "package"; readonly name: string }
  | { readonly kind: "other" }
  | { readonly kind: "refused"; readonly message: string; readonly hint: string };

/** `npm:@scope/name@1.2/path` */
const NPM = /^npm:\/?((?:@[^/@]+\/)?[^/@]+)(?:@[^/]+)?(\/.*)?$/;

export function readSpecifier(specifier: string): Specifier {
  const [, name, path = ""] = NPM.exec(specifier) ?? [];
  if (name !== undefined) return { kind: "package", name: name + path };
  if (/^(?:jsr|https?|npm):/.test(specifier)) {
    const isJsr = specifier.startsWith("jsr:");
    return {
      kind: "refused",
      message: `\`${specifier}\` cannot be imported: nothing is fetched while a task runs`,
      hint: isJsr
        ? "Packages of JSR are in npm's form at npm.jsr.io; use one that is on npm, or keep the code in the repository."
        : "Put a package under `dependencies` in the YAML file (`npm:name@1`), or keep the code in the repository.",
    };
  }
  if (specifier === "tslab") {
    return {
      kind: "refused",
      message: "`tslab` is the kernel's own module, and there is no kernel here",
      hint: "Remove it, or put what shows things into a cell that is not used.",
    };
  }
  return /^(?:[./#]|[a-z][\w+.-]*:)/i.test(specifier) ? { kind: "other" } : { kind: "package", name: specifier };
}

/** `@scope/name/path` is of `@scope/name`. */
export function packageOf(name: string): string {
  const parts = name.split("/");
  return parts.slice(0, name.startsWith("@") ? 2 : 1).join("/");
}
