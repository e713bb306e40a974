/**
 * What a repository's code sees of the environment of whoever started the loops: what a program needs to run at all, to
 * speak a language and to reach the network. Everything else may be a secret, and is not passed on unless somebody
 * names it.
 */

/** `HOME` leads to what a user's programs keep there, such as profiles of AWS: they are used by name, not by value. */
const PASSED_ON = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE"],
  ...["AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE"],
]);

export type Variables = Readonly<Record<string, string | undefined>>;

/** `named`: names of more variables; one that ends with `*` stands for all that begin so. */
export function passedOn(whole: Variables, named: readonly string[] = []): Readonly<Record<string, string>> {
  const isNamed = (name: string) =>
    named.some((one) => (one.endsWith("*") ? name.startsWith(one.slice(0, -1)) : name === one));
  const passed = Object.entries(whole).flatMap(([name, value]) =>
    value !== undefined && (PASSED_ON.has(name) || name.startsWith("LC_") || isNamed(name)) ? [[name, value]] : [],
  );
  // Without a language Python would take what it reads and prints for ASCII.
  return { LANG: "C.UTF-8", ...Object.fromEntries(passed) };
}
