/** Starts the page: asks who may look, then draws. */
import { render } from "preact";
import { App } from "./app.tsx";
import { applyTheme } from "./parts/preferences.ts";
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/shell.css";

applyTheme();
const root = document.getElementById("app");
if (root) render(<App />, root);
