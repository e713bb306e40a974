/** The items of a payload: on the world, in a table, with a picture, and where they were published. */
import { useMemo } from "preact/hooks";
import type { PayloadView } from "../../../../src/api/shapes/payloads.ts";
import { setQuery } from "../../location.ts";
import { number } from "../../parts/action-text.ts";
import { Copy } from "../../parts/copy.tsx";
import { Empty } from "../../parts/empty.tsx";
import { lazy } from "../../parts/lazy.tsx";
import { Loading } from "../../parts/loading.tsx";
import type FootprintMap from "../../parts/map/footprint-map.tsx";
import { Moment } from "../../parts/moment.tsx";
import { DocumentProblem, NoDocuments } from "./document-panel.tsx";
import { documentsOf } from "./documents.ts";
import { isDrawn, itemsOf, type PayloadItem, webAddress } from "./items.ts";
import { Preview } from "./preview.tsx";
import { useDocument } from "./use-document.ts";

/** With the outlines of the world. */
const FootprintMapLater = lazy<Parameters<typeof FootprintMap>[0]>(() => import("../../parts/map/footprint-map.tsx"));

interface ItemsPanelProps {
  readonly payload: PayloadView;
  /** The position of the chosen one in the document, from 0. */
  readonly chosen: string | null;
}

export function ItemsPanel({ payload, chosen }: ItemsPanelProps) {
  const choices = documentsOf(payload.attempts);
  const choice = choices.find(({ kind }) => kind === "output") ?? choices[0];
  const { data, problem, isLoading, refresh } = useDocument(payload.id, choice);
  const { items, count } = useMemo(() => itemsOf(data?.document), [data]);
  const at = Math.max(
    0,
    items.findIndex((_, index) => String(index) === chosen),
  );
  const item = items[at];
  if (!choice) return <NoDocuments />;
  return (
    <>
      {payload.outputs.length > 0 && <Outputs urls={payload.outputs} />}
      {problem && <DocumentProblem problem={problem} onRetry={refresh} />}
      {isLoading && <Loading />}
      {data && !item && <Empty title={`There are no items in the ${choice.label}.`} />}
      {item && (
        <>
          <p class="faint">
            From the {choice.label}
            {count > items.length ? `: the first ${number(items.length)} of ${number(count)} items` : ""}.
          </p>
          <div class="items">
            <div>
              {items.some(isDrawn) ? (
                <FootprintMapLater
                  footprints={footprintsOf(items)}
                  chosen={items.length > 1 ? String(at) : undefined}
                />
              ) : (
                <p>None of them has a geometry that can be drawn.</p>
              )}
            </div>
            <ChosenItem item={item} />
          </div>
          {items.length > 1 && <ItemTable items={items} at={at} />}
        </>
      )}
    </>
  );
}

function footprintsOf(items: readonly PayloadItem[]) {
  return items.map(({ shape }, index) => ({ id: String(index), shape }));
}

/** More are copied, and not read. */
const MOST_OUTPUTS = 10;

function Outputs({ urls }: { readonly urls: readonly string[] }) {
  return (
    <>
      <h2>Published</h2>
      <ul class="plain">
        {urls.slice(0, MOST_OUTPUTS).map((url) => (
          <li key={url}>
            <Place url={url} />
          </li>
        ))}
      </ul>
      {urls.length > 1 && (
        <p>
          {urls.length > MOST_OUTPUTS ? `And ${number(urls.length - MOST_OUTPUTS)} more. ` : ""}
          <Copy text={urls.join("\n")} what="all URLs" label={`Copy all ${number(urls.length)} URLs`} />
        </p>
      )}
    </>
  );
}

/** A web address as a link; one of a bucket to be copied. */
function Place({ url }: { readonly url: string }) {
  const address = webAddress(url);
  return (
    <span class="document-url">
      {address ? (
        <a href={address} rel="noreferrer">
          {url}
        </a>
      ) : (
        <code>{url}</code>
      )}{" "}
      <Copy text={url} what="the URL" label="Copy URL" />
    </span>
  );
}

function ChosenItem({ item }: { readonly item: PayloadItem }) {
  return (
    <section class="item" aria-label={`Item ${item.id}`}>
      <h2>{item.id}</h2>
      {item.preview ? (
        <Preview preview={item.preview} itemId={item.id} />
      ) : (
        <p class="faint">It has no preview picture.</p>
      )}
      <dl class="facts">
        {item.collection !== undefined && (
          <div>
            <dt>Collection</dt>
            <dd>{item.collection}</dd>
          </div>
        )}
        {item.when !== undefined && (
          <div>
            <dt>Of</dt>
            <dd>
              <Moment at={item.when} exact />
            </dd>
          </div>
        )}
        <div>
          <dt>Assets</dt>
          <dd>{item.assets.length === 0 ? "none" : item.assets.join(", ")}</dd>
        </div>
      </dl>
      {item.url !== undefined && <Place url={item.url} />}
    </section>
  );
}

function ItemTable({ items, at }: { readonly items: readonly PayloadItem[]; readonly at: number }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="table-frame" aria-label="Items" tabIndex={0}>
      <table class="table">
        <caption class="unseen">Items of the payload</caption>
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col">Collection</th>
            <th scope="col">Of</th>
            <th scope="col">Assets</th>
            <th scope="col">Footprint</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => (
            <tr key={index} class={index === at ? "selected" : ""}>
              <th scope="row" class="wide">
                <button
                  type="button"
                  class="button small"
                  aria-pressed={index === at}
                  onClick={() => setQuery({ item: index === 0 ? undefined : String(index) })}
                >
                  {item.id}
                </button>
              </th>
              <td>{item.collection}</td>
              <td>{item.when !== undefined && <Moment at={item.when} exact />}</td>
              <td class="number">{item.assets.length}</td>
              <td>{isDrawn(item) ? "on the map" : "none"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
