/** Where items lie on the world, as a small map that is drawn here: nothing is asked of anybody's tile server. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { type Frame, frameOf, type Projection, pathOf, project, turnsIn, WORLD, zoomed } from "./frame.ts";
import { placeText } from "./place-text.ts";
import { merged, type Point, type Shape } from "./rings.ts";
import { worldBorders, worldLand } from "./world.ts";
import "./map.css";

export interface Footprint {
  readonly id: string;
  readonly shape: Shape;
}

interface FootprintMapProps {
  readonly footprints: readonly Footprint[];
  /** Drawn last, over the others. */
  readonly chosen?: string | undefined;
}

const WIDTH = 480;
const LAND = worldLand();
const BORDERS = worldBorders();

export default function FootprintMap({ footprints, chosen }: FootprintMapProps) {
  const whole = useMemo(() => frameOf(merged(footprints.map(({ shape }) => shape))), [footprints]);
  const [frame, setFrame] = useState<Frame>(whole ?? WORLD);
  useEffect(() => setFrame(whole ?? WORLD), [whole]);
  const projection = project(frame, WIDTH);
  const ordered = footprints.toSorted((a, b) => Number(a.id === chosen) - Number(b.id === chosen));
  const label = `Map: ${placeText(footprints)}`;
  return (
    <figure class="map">
      <svg viewBox={`0 0 ${WIDTH} ${projection.height}`} role="img" aria-label={label}>
        <Land frame={frame} projection={projection} />
        {ordered.map(({ id, shape }) => (
          <Outline key={id} shape={shape} frame={frame} projection={projection} isChosen={id === chosen} />
        ))}
      </svg>
      <figcaption>
        <span>{placeText(footprints)}</span>
        <span class="map-buttons">
          <button type="button" class="button small" aria-label="Zoom in" onClick={() => setFrame(zoomed(frame, 0.5))}>
            +
          </button>
          <button type="button" class="button small" aria-label="Zoom out" onClick={() => setFrame(zoomed(frame, 2.5))}>
            −
          </button>
          <button type="button" class="button small" onClick={() => setFrame(whole ?? WORLD)}>
            Fit
          </button>
          <button type="button" class="button small" onClick={() => setFrame(WORLD)}>
            World
          </button>
        </span>
      </figcaption>
    </figure>
  );
}

interface DrawnProps {
  readonly frame: Frame;
  readonly projection: Projection;
}

/** Drawn once for each turn around the world that the frame reaches into. */
function Land({ frame, projection }: DrawnProps) {
  const path = pathOf(LAND.rings, projection, true);
  const borders = pathOf(BORDERS.lines, projection, false);
  const turns = turnsIn(frame, LAND);
  return (
    <>
      {turns.map((turn) => (
        <g key={turn} transform={`translate(${turn * projection.turn} 0)`}>
          <path class="map-land" d={path} />
          <path class="map-border" d={borders} />
        </g>
      ))}
    </>
  );
}

interface OutlineProps extends DrawnProps {
  readonly shape: Shape;
  readonly isChosen: boolean;
}

/** What is smaller than this in the picture gets a mark around it. */
const SMALL = 6;

function Outline({ shape, frame, projection, isChosen }: OutlineProps) {
  const small = shape.rings.filter((ring) => isSmall(ring, projection));
  const marks = [...shape.points, ...small.flatMap(([first]) => (first ? [first] : []))];
  return (
    <g class={isChosen ? "map-shape chosen" : "map-shape"}>
      {turnsIn(frame, shape).map((turn) => (
        <g key={turn} transform={`translate(${turn * projection.turn} 0)`}>
          <path class="map-area" d={pathOf(shape.rings, projection, true)} />
          <path class="map-line" d={pathOf(shape.lines, projection, false)} />
          {marks.map((point) => (
            <Mark key={point.join()} point={point} projection={projection} />
          ))}
        </g>
      ))}
    </g>
  );
}

function Mark({ point, projection }: { readonly point: Point; readonly projection: Projection }) {
  const [x, y] = projection.place(point);
  return <circle class="map-point" cx={x} cy={y} r={SMALL} />;
}

function isSmall(ring: readonly Point[], { place }: Projection): boolean {
  const places = ring.map(place);
  const [x0, y0] = places[0] ?? [0, 0];
  return places.every(([x, y]) => Math.abs(x - x0) < SMALL && Math.abs(y - y0) < SMALL);
}
