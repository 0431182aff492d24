// A question on the card, before something that cannot be undone.

import { html, nothing, type TemplateResult } from "lit";

/** Without `act`, it is only said. */
export interface Question {
  title: string;
  text: string;
  no: string;
  yes?: string;
  act?: () => void;
}

/** `onDone` is called once it was answered, perhaps more than once. */
export function renderQuestion(question: Question, onDone: () => void): TemplateResult {
  const outside = (event: Event) => event.target === event.currentTarget && (event.target as HTMLDialogElement).close();
  const yes = (event: Event) => {
    (event.currentTarget as HTMLElement).closest("dialog")?.close();
    onDone();
    question.act?.();
  };
  return html`<dialog class="question" aria-labelledby="question" aria-describedby="reason" @close=${onDone} @click=${outside}>
    <form method="dialog">
      <h2 id="question">${question.title}</h2>
      <p id="reason">${question.text}</p>
      <div class="answers">
        <button type="submit" class="no" autofocus>${question.no}</button>
        ${question.act ? html`<button type="button" class="yes" @click=${yes}>${question.yes}</button>` : nothing}
      </div>
    </form>
  </dialog>`;
}
