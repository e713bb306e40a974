/** `cirrus completion`: a script that lets a shell complete commands, options, workflows and payload IDs. */
import { Argument } from "commander";
import type { Register } from "../commands.ts";

/** The shells ask the program itself: `cirrus __complete` knows what the project holds. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_cirrus() {
  local IFS=$'\\n'
  COMPREPLY=($(cirrus __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _cirrus cirrus
`,
  zsh: `#compdef cirrus
_cirrus() {
  local -a found
  found=("\${(@f)$(cirrus __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
compdef _cirrus cirrus
`,
  fish: `complete -c cirrus -a '(cirrus __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

const WHERE: Readonly<Record<string, string>> = {
  bash: "Add to ~/.bashrc: source <(npx cirrus completion bash)",
  zsh: "Add to ~/.zshrc, after compinit: source <(npx cirrus completion zsh)",
  fish: "Run: npx cirrus completion fish > ~/.config/fish/completions/cirrus.fish",
};

export const register: Register = (command, io) => {
  command
    .description("Print a script that lets a shell complete what is typed after `cirrus`.")
    .addArgument(new Argument("<shell>").choices(Object.keys(SCRIPTS)))
    .addHelpText("after", `\n${Object.values(WHERE).join("\n")}`)
    .action((shell: string) => {
      io.stdout.write(SCRIPTS[shell] ?? "");
      if (io.stdout.isTTY) io.stderr.write(`${WHERE[shell]}\n`);
    });
};
