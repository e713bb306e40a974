/** The preview picture of an item, fetched through the API; one that lies elsewhere is a link, since the page loads nothing from there. */
import { useEffect, useState } from "preact/hooks";
import { authHeaders } from "../../api/session.ts";
import { Loading } from "../../parts/loading.tsx";
import { withQuery } from "../../routes.ts";
import { type Preview as PreviewPicture, webAddress } from "./items.ts";

interface PreviewProps {
  readonly preview: PreviewPicture;
  readonly itemId: string;
}

export function Preview({ preview, itemId }: PreviewProps) {
  if (preview.how === "shown") return <Picture url={preview.url} itemId={itemId} />;
  const address = webAddress(preview.url);
  return (
    <p>
      {address && (
        <a href={address} rel="noreferrer">
          Preview picture ({preview.asset})
        </a>
      )}{" "}
      lies on {address ? new URL(address).host : "another server"}; this page loads nothing from there.
    </p>
  );
}

type Standing =
  | { readonly kind: "loading" }
  | { readonly kind: "picture"; readonly data: string }
  | { readonly kind: "none"; readonly why: string };

function Picture({ url, itemId }: { readonly url: string; readonly itemId: string }) {
  const [standing, setStanding] = useState<Standing>({ kind: "loading" });
  useEffect(() => {
    const control = new AbortController();
    setStanding({ kind: "loading" });
    load(url, control.signal).then(
      (next) => !control.signal.aborted && setStanding(next),
      () => !control.signal.aborted && setStanding({ kind: "none", why: "The picture does not arrive." }),
    );
    return () => control.abort();
  }, [url]);
  if (standing.kind === "loading") return <Loading what="Loading the picture" />;
  if (standing.kind === "none") return <p class="faint">{standing.why}</p>;
  const broken = () => setStanding({ kind: "none", why: "The preview is no picture that a browser can show." });
  return <img class="preview" src={standing.data} alt={`Preview of ${itemId}`} onError={broken} />;
}

const PICTURES = /^image\/(png|jpeg|webp|gif)\b/;

/** As data: an address of the API could not be asked with a header that says who asks. */
async function load(url: string, signal: AbortSignal): Promise<Standing> {
  const response = await fetch(withQuery("/v1/object", { url }), { headers: await authHeaders("GET"), signal });
  if (response.status === 404) return { kind: "none", why: "The picture is not there any more." };
  if (!response.ok) return { kind: "none", why: "The picture is not among what may be shown here." };
  const blob = await response.blob();
  if (!PICTURES.test(blob.type)) return { kind: "none", why: "The preview is no picture that a browser can show." };
  return { kind: "picture", data: await dataUrl(blob) };
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
