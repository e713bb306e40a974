/** The sheet of keyboard shortcuts, and the switch that turns single keys off. */
import { Dialog } from "../parts/dialog.tsx";
import { prefer, usePreferences } from "../parts/preferences.ts";
import { GO } from "../shortcuts.ts";

export default function Sheet({ onClose }: { readonly onClose: () => void }) {
  const { shortcuts } = usePreferences();
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="keys">
        <Key keys={["Ctrl K", "⌘ K"]} what="Go to anything by its name" />
        <Key keys={["/"]} what="The same" />
        <Key keys={["?"]} what="This sheet" />
        {Object.entries(GO).map(([key, { label }]) => (
          <Key key={key} keys={[`g ${key}`]} what={label} />
        ))}
        <Key keys={["Esc"]} what="Close a dialog" />
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={shortcuts}
          onChange={(event) => prefer({ shortcuts: event.currentTarget.checked })}
        />
        Shortcuts of single keys. Turn them off where speech or another tool types for you.
      </label>
    </Dialog>
  );
}

function Key({ keys, what }: { readonly keys: readonly string[]; readonly what: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{what}</dd>
    </div>
  );
}
