/** What a program threw: its name, what it said, and where it broke. */

interface ThrownProps {
  readonly error: { readonly name: string; readonly message: string; readonly trace?: string | undefined };
}

export function Thrown({ error: { name, message, trace } }: ThrownProps) {
  return (
    <>
      <h3>
        {name}: {message}
      </h3>
      {trace !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section class="trace" tabIndex={0} aria-label="Where it broke">
          <pre>{trace}</pre>
        </section>
      )}
    </>
  );
}
