/** A sentence in which what stands between backticks is a name or a value. */
interface CodedProps {
  readonly text: string;
}

export function Coded({ text }: CodedProps) {
  // Every second piece lies between two.
  const pieces = text.split("`").map((piece, at) => ({ piece, key: `${at} ${piece}`, isCode: at % 2 === 1 }));
  return (
    <>
      {pieces.map(({ piece, key, isCode }) =>
        isCode ? <code key={key}>{piece}</code> : <span key={key}>{piece}</span>,
      )}
    </>
  );
}
