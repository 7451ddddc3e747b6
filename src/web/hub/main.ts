import { render, type VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Session } from '../../app/dashboard/contract.ts';
import { get, messageOf, post, whenUnauthorised } from '../api.ts';
import { LoginPage } from '../pages/login.ts';
import { useTimeZone } from '../parts/format.ts';
import { html } from '../parts/html.ts';
import { Notice } from '../parts/notice.ts';
import { applyTheme, switchTheme, theme } from '../theme.ts';
import { AssetsPage } from './assets.ts';
import { IncidentsPage } from './incidents.ts';
import { SitePage } from './site.ts';
import { SitesPage } from './sites.ts';

const RETRY_MS = 3_000;

const PAGES = [
  { path: '', title: 'Sites', Page: SitesPage },
  { path: 'incidents', title: 'Incidents', Page: IncidentsPage },
  { path: 'assets', title: 'Assets', Page: AssetsPage },
  { path: 'site', title: null, Page: SitePage },
] as const;

/** `#/site/north` */
function addressOf(hash: string): { readonly page: (typeof PAGES)[number]; readonly argument: string } {
  const [, path = '', argument = ''] = hash.split('/');
  const page = PAGES.find((each) => each.path === path) ?? PAGES[0];
  try {
    return { page, argument: decodeURIComponent(argument) };
  } catch {
    return { page, argument: '' };
  }
}

function Shell({ session, onLogout }: { readonly session: Session; readonly onLogout: () => void }): VNode {
  const [address, setAddress] = useState(addressOf(location.hash));
  const [name, setName] = useState(theme());
  useEffect(() => {
    const change = (): void => {
      setAddress(addressOf(location.hash));
    };
    addEventListener('hashchange', change);
    return () => {
      removeEventListener('hashchange', change);
    };
  }, []);
  const { page, argument } = address;
  return html`<header class="head">
      <a class="brand" href="#/"><img src="icon.svg" alt="" width="20" height="20" />${session.site}</a>
      <nav aria-label="Pages">
        ${PAGES.filter(({ title }) => title !== null).map(
          ({ path, title }) =>
            html`<a key=${path} href="#/${path}" aria-current=${path === page.path ? 'page' : undefined}>${title}</a>`,
        )}
      </nav>
      <button
        class="button icon"
        aria-label="Theme: ${name}"
        title="Theme: ${name}"
        onClick=${() => {
          setName(switchTheme());
        }}
      >
        ${{ system: '◐', light: '☀', dark: '☾' }[name]}
      </button>
      ${session.token ? html`<button class="button" onClick=${() => void post('logout', {}).then(onLogout)}>Log out</button>` : null}
    </header>
    ${session.role === 'viewer' ? html`<p class="strip">You can look at everything and change nothing: this token is read-only.</p>` : null}
    <main id="content" tabindex="-1" class="page">
      <${page.Page} key=${argument} argument=${argument} session=${session} />
    </main>`;
}

/** Asks who we are, and shows the pages, the log-in, or why there is neither. */
function App(): VNode {
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
          : html`<${Notice} kind="lost" title="No answer from the hub">${error}</${Notice}>`
      }
    </main>`;
  if (session.role === null) return html`<${LoginPage} session=${session} onDone=${begin} />`;
  return html`<${Shell} session=${session} onLogout=${begin} />`;
}

applyTheme(theme());
render(html`<${App} />`, document.body);
