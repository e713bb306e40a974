/** What every answer tells browsers: nothing but what comes from here runs or is shown, and nobody else frames or reads it. */
import type { MiddlewareHandler } from "hono";

/** `connect`: origins besides its own that the page asks, such as an issuer of tokens. */
export function safeHeaders(connect: readonly string[] = []): MiddlewareHandler {
  const policy = [
    "default-src 'self'",
    "img-src 'self' data:",
    "style-src 'self'",
    "script-src 'self'",
    ["connect-src 'self'", ...connect].join(" "),
    "object-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
  return async (context, next) => {
    await next();
    // An answer that is stricter by itself stays so.
    if (!context.res.headers.has("Content-Security-Policy")) context.header("Content-Security-Policy", policy);
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
  };
}

const HEADERS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "X-Frame-Options": "DENY",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
};
