import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf, post } from '../api.ts';
import { html } from '../parts/html.ts';

/** Where the name of who asks is kept in this browser. */
const NAME = 'zankyo-hub-name';

export interface Answer {
  readonly good: boolean;
  readonly text: string;
}

interface Props<Reply> {
  readonly path: string;
  readonly body: () => object;
  readonly answerOf: (reply: Reply) => Answer;
  readonly onSent: () => void;
  readonly button: string;
  /** The fields before that of the name. */
  readonly children: unknown;
}

/** A form that asks a site for something under a name, and shows the answer. The name is kept in this browser. */
export function AskingForm<Reply>({ path, body, answerOf, onSent, button, children }: Props<Reply>): VNode {
  const [by, setBy] = useState(localStorage.getItem(NAME) ?? '');
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    localStorage.setItem(NAME, by);
    setBusy(true);
    post<Reply>(path, { ...body(), by })
      .then((reply) => {
        setAnswer(answerOf(reply));
        onSent();
      })
      .catch((failure: unknown) => {
        setAnswer({ good: false, text: messageOf(failure) });
      })
      .finally(() => {
        setBusy(false);
      });
  };
  return html`<form class="filters" onSubmit=${submit}>
      ${children}
      <label class="field">
        <span>Your name</span>
        <input value=${by} required maxlength="64" autocomplete="name" onInput=${valueTo(setBy)} />
      </label>
      <button class="button primary" disabled=${busy}>${busy ? 'Waiting for the answer' : button}</button>
    </form>
    <p role="status" class=${answer !== null && !answer.good ? 'error' : ''}>${answer?.text ?? ''}</p>`;
}

/** Gives the value of a field, each time that it changes. */
export const valueTo = (set: (text: string) => void) => (event: Event) => {
  set((event.target as HTMLInputElement | HTMLSelectElement).value);
};
