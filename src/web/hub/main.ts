import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { post } from '../api.ts';
import { html } from '../parts/html.ts';
import { startPages, type ShellProps } from '../start-pages.ts';
import { switchTheme, theme } from '../theme.ts';
import { AssetsPage } from './assets.ts';
import { IncidentsPage } from './incidents.ts';
import { SitePage } from './site.ts';
import { SitesPage } from './sites.ts';

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

function Shell({ session, onLogout }: ShellProps): VNode {
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

startPages(Shell, 'the hub');
