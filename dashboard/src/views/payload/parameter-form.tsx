/** What a payload says to its tasks, as a form; what is entered goes into the payload's text, which stays what is sent. */
import { useId, useState } from "preact/hooks";
import type { WorkflowView } from "../../../../src/api/shapes/workflows.ts";
import { useQuery } from "../../api/use-query.ts";
import { Coded } from "../../parts/coded.tsx";
import { Loading } from "../../parts/loading.tsx";
import { ProblemNote } from "../../parts/problem.tsx";
import { type Field, fieldsOf, fillField, optionText, workflowOf } from "./parameter-fields.ts";

interface ParameterFormProps {
  readonly text: string;
  readonly onText: (text: string) => void;
}

export function ParameterForm({ text, onText }: ParameterFormProps) {
  const workflow = workflowOf(text);
  const path = workflow === undefined ? undefined : `/v1/workflows/${encodeURIComponent(workflow)}`;
  const { data, problem, isLoading, refresh } = useQuery<WorkflowView>(path);
  if (workflow === undefined)
    return <p class="note">The text is no payload that a form could show. Mend it as JSON.</p>;
  if (problem) return <ProblemNote problem={problem} onRetry={refresh} />;
  if (isLoading || !data) return <Loading what="Loading what the tasks take" />;
  const tasks = fieldsOf(text, data.parameters);
  if (tasks === undefined || tasks.length === 0) {
    return <p class="note">The tasks of {workflow} tell no parameters. Change the payload as JSON.</p>;
  }
  return (
    <div class="parameter-form">
      {tasks.map(({ task, fields }) => (
        <fieldset key={task}>
          <legend>{task}</legend>
          {fields.map((field) => (
            <ParameterField key={field.name} task={task} field={field} text={text} onText={onText} />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

interface ParameterFieldProps extends ParameterFormProps {
  readonly task: string;
  readonly field: Field;
}

function ParameterField({ task, field, text, onText }: ParameterFieldProps) {
  const id = useId();
  /** What is being typed, or cannot be taken: half a number, a list without its end. News that come meanwhile leave it alone. */
  const [draft, setDraft] = useState<{ readonly entered: string; readonly problem?: string }>();
  const enter = (entered: string) => {
    const filled = fillField(text, task, field, entered);
    if (filled.outcome === "problem") return setDraft({ entered, problem: filled.message });
    setDraft(undefined);
    onText(filled.text);
  };
  return (
    <div class="parameter">
      <label for={id}>
        <code>{field.name}</code>
        {field.required && <span class="faint"> required</span>}
      </label>
      <Control
        id={id}
        field={field}
        shown={draft?.entered ?? field.text}
        onType={(entered) => setDraft({ entered })}
        onLeave={() => setDraft((left) => (left?.problem === undefined ? undefined : left))}
        onEnter={enter}
        isWrong={draft?.problem !== undefined}
      />
      <p class="faint" id={`${id}-meaning`}>
        {draft?.problem ? <span class="parameter-problem">{draft.problem}</span> : <Coded text={hintOf(field)} />}
      </p>
    </div>
  );
}

function hintOf({ meaning, kind, fallback = "" }: Field): string {
  const how = kind === "texts" ? "With commas between them." : kind === "json" ? "As JSON." : "";
  const otherwise = kind === "choice" || fallback === "" ? "" : `Left empty: \`${fallback}\`.`;
  return [meaning, how, otherwise].filter(Boolean).join(" ");
}

interface ControlProps {
  readonly id: string;
  readonly field: Field;
  readonly shown: string;
  readonly isWrong: boolean;
  readonly onType: (entered: string) => void;
  readonly onLeave: () => void;
  readonly onEnter: (entered: string) => void;
}

function Control({ id, field, shown, isWrong, onType, onLeave, onEnter }: ControlProps) {
  const { fallback, required, kind } = field;
  const common = { id, required, "aria-describedby": `${id}-meaning`, "aria-invalid": isWrong };
  if (kind === "choice") {
    return (
      <select {...common} value={shown} onChange={(event) => onEnter(event.currentTarget.value)}>
        <option value="">{fallback === undefined ? "not said" : `${optionText(fallback)} (default)`}</option>
        {field.options.map((option) => (
          <option key={option} value={option}>
            {optionText(option)}
          </option>
        ))}
      </select>
    );
  }
  const typed = {
    ...common,
    value: shown,
    autoComplete: "off",
    spellcheck: false,
    ...(fallback !== undefined && { placeholder: fallback }),
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => onType(event.currentTarget.value),
    onBlur: onLeave,
    onChange: (event: { readonly currentTarget: HTMLInputElement }) => onEnter(event.currentTarget.value),
  };
  if (kind !== "number") return <input type="text" {...typed} {...(kind === "text" && limitsOf(field.pattern))} />;
  const { min, max, isWhole } = field;
  const limits = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  return <input type="number" step={isWhole ? 1 : "any"} {...limits} {...typed} />;
}

function limitsOf(pattern: string | undefined): { readonly pattern?: string } {
  return pattern === undefined ? {} : { pattern };
}
