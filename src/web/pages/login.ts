import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Session } from '../../app/dashboard/contract.ts';
import { messageOf, post } from '../api.ts';
import { html } from '../parts/html.ts';

export interface LoginProps {
  readonly session: Session;
  readonly onDone: () => void;
}

export function LoginPage({ session, onDone }: LoginProps): VNode {
  const [token, setToken] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = (event: Event): void => {
    event.preventDefault();
    setBusy(true);
    post('login', { token })
      .then(onDone)
      .catch((failure: unknown) => {
        setError(messageOf(failure));
      })
      .finally(() => {
        setBusy(false);
      });
  };
  return html`<main class="alone">
    <form class="card login" onSubmit=${submit}>
      <h1>zankyo <span class="quiet">${session.site}</span></h1>
      <label for="token">Token</label>
      <input
        id="token"
        type="password"
        autocomplete="current-password"
        required
        value=${token}
        aria-describedby="token-hint"
        onInput=${(event: InputEvent) => {
          setToken((event.target as HTMLInputElement).value);
        }}
      />
      ${error === null ? null : html`<p class="error" role="alert">${error}</p>`}
      <button class="button primary" disabled=${busy}>Log in</button>
      <p id="token-hint" class="quiet">
        The log of the service showed it at the first start. <code>zankyo token -c SITE.yaml</code> makes a new one.
      </p>
    </form>
  </main>`;
}
