/** Keeps a view that broke from taking the page with it: a sentence, and a way on. */
import { Component, type ComponentChildren } from "preact";
import { Page } from "./page.tsx";
import { ProblemNote } from "./problem.tsx";

interface BoundaryProps {
  readonly children: ComponentChildren;
}

interface BoundaryState {
  readonly error: Error | undefined;
}

export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: undefined };

  static override getDerivedStateFromError(error: Error): BoundaryState {
    return { error };
  }

  render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Page title="This part of the page broke">
        <ProblemNote
          problem={{
            type: "page",
            title: "What was answered could not be drawn",
            status: 0,
            detail: error.message,
            hint: "The other views still work. Nothing that runs is affected: this page only looks.",
          }}
          onRetry={() => this.setState({ error: undefined })}
        />
      </Page>
    );
  }
}
