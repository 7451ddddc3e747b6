import { render, type FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Session } from '../app/dashboard/contract.ts';
import { get, messageOf, whenUnauthorised } from './api.ts';
import { LoginPage } from './pages/login.ts';
import { useTimeZone } from './parts/format.ts';
import { html } from './parts/html.ts';
import { Notice } from './parts/notice.ts';
import { applyTheme, theme } from './theme.ts';

const RETRY_MS = 3_000;

export interface ShellProps {
  readonly session: Session;
  readonly onLogout: () => void;
}

/** Asks who we are, and shows the pages, the log-in, or why there is neither. `server`: as a person calls it. */
export function startPages(Shell: FunctionComponent<ShellProps>, server: string): void {
  const App: FunctionComponent = () => {
    const [session, setSession] = useState<Session | null>(null);
    const [error, setError] = useState<string | null>(null);
    const begin = (): void => {
      get<Session>('session')
        .then((found) => {
          useTimeZone(found.timezone);
          document.title = `zankyo – ${found.site}`;
          setSession(found);
          setError(null);
        })
        .catch((failure: unknown) => {
          setError(messageOf(failure));
          setTimeout(begin, RETRY_MS);
        });
    };
    useEffect(() => {
      whenUnauthorised(() => {
        setSession((known) => (known === null ? known : { ...known, role: null }));
      });
      begin();
    }, []);
    if (session === null)
      return html`<main class="alone">
        ${
          error === null
            ? html`<${Notice} kind="loading" title="Loading" />`
            : html`<${Notice} kind="lost" title="No answer from ${server}">${error}</${Notice}>`
        }
      </main>`;
    if (session.role === null) return html`<${LoginPage} session=${session} onDone=${begin} />`;
    return html`<${Shell} session=${session} onLogout=${begin} />`;
  };
  applyTheme(theme());
  render(html`<${App} />`, document.body);
}
