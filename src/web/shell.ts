import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Session, StatusEvent } from '../app/dashboard/contract.ts';
import { post, useLive, useLiveState } from './api.ts';
import { dismiss, onSaid, undoLast, type Said } from './commands.ts';
import { useKeys } from './keys.ts';
import type { Page } from './page.ts';
import { clock, count, day } from './parts/format.ts';
import { html } from './parts/html.ts';
import { Notice } from './parts/notice.ts';
import { switchTheme, theme } from './theme.ts';

/** Each page is a file of its own, loaded when it is opened. `key`: after g. */
const PAGES: readonly {
  readonly name: string;
  readonly path: string;
  readonly load: () => Promise<Page>;
  /** Shown in the navigation. */
  readonly title: string | null;
  readonly key?: string;
}[] = [
  { name: 'now', path: '', title: 'Now', key: 'n', load: async () => (await import('./pages/now.ts')).NowPage },
  { name: 'stream', path: 'stream', title: null, load: async () => (await import('./pages/stream.ts')).StreamPage },
  {
    name: 'learning',
    path: 'learning',
    title: 'Learning',
    key: 'l',
    load: async () => (await import('./pages/learning.ts')).LearningPage,
  },
  {
    name: 'incidents',
    path: 'incidents',
    title: 'Incidents',
    key: 'i',
    load: async () => (await import('./pages/incidents.ts')).IncidentsPage,
  },
  {
    name: 'system',
    path: 'system',
    title: 'System',
    key: 's',
    load: async () => (await import('./pages/system.ts')).SystemPage,
  },
  {
    name: 'setup',
    path: 'setup',
    title: 'Setup',
    key: 'e',
    load: async () => (await import('./pages/setup.ts')).SetupPage,
  },
];

interface Address {
  readonly page: (typeof PAGES)[number];
  readonly argument: string;
}

/** `#/stream/boiler` */
const addressOf = (hash: string): Address => {
  const [, path = '', ...rest] = hash.split('/');
  const page = PAGES.find((each) => each.path === path) ?? PAGES[0];
  try {
    return { page, argument: decodeURIComponent(rest.join('/')) };
  } catch {
    return { page, argument: '' };
  }
};

/** Loads the page of the address while the first answers are on their way. */
export const preload = async (): Promise<void> => {
  await addressOf(location.hash)
    .page.load()
    .catch(() => undefined); // the shell says so
};

export interface ShellProps {
  readonly session: Session;
  readonly onLogout: () => void;
}

/** What stays: head with navigation, the page, and the foot with the last answer. */
export function Shell({ session, onLogout }: ShellProps): VNode {
  const [{ page, argument }, setAddress] = useState(() => addressOf(location.hash));
  const [loaded, setLoaded] = useState<{ name: string; Page: Page } | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [status, setStatus] = useState<StatusEvent | null>(null);
  const help = useRef<HTMLDialogElement>(null);
  const goes = useRef(false);
  const connection = useLiveState();

  useLive<StatusEvent>('status', setStatus);
  useEffect(() => {
    const onHash = (): void => {
      setAddress(addressOf(location.hash));
      window.scrollTo(0, 0);
    };
    addEventListener('hashchange', onHash);
    // It may have changed between the first drawing and now.
    setAddress((before) => {
      const now = addressOf(location.hash);
      return now.page === before.page && now.argument === before.argument ? before : now;
    });
    return () => {
      removeEventListener('hashchange', onHash);
    };
  }, []);
  useEffect(() => {
    let wanted = true;
    page
      .load()
      .then((Page) => {
        if (wanted) setLoaded({ name: page.name, Page });
      })
      .catch((error: unknown) => {
        if (wanted) setFailed(`${String(error)}. Reload the page: the service may have been updated.`);
      });
    return () => {
      wanted = false;
    };
  }, [page]);
  const go =
    (key: string) =>
    (event: KeyboardEvent): void => {
      const next = goes.current ? PAGES.find((each) => each.key === key) : undefined;
      goes.current = false;
      if (next === undefined) return;
      event.preventDefault(); // the key means something else on a page
      location.hash = `#/${next.path}`;
    };
  useKeys({
    '?': () => help.current?.showModal(),
    g: () => {
      goes.current = true;
      setTimeout(() => {
        goes.current = false;
      }, 1_500);
    },
    ...Object.fromEntries(PAGES.flatMap(({ key }) => (key === undefined ? [] : [[key, go(key)]]))),
    u: () => void undoLast(),
  });

  const now = status?.now ?? session.now;
  return html`<a class="skip" href="#content" onClick=${toContent}>Skip to the content</a>
    <header class="head">
      <a class="brand" href="#/"><img src="icon.svg" alt="" width="20" height="20" />${session.site}</a>
      <nav aria-label="Pages">
        ${PAGES.filter(({ title }) => title !== null).map(
          ({ name, path, title }) =>
            html`<a key=${name} href="#/${path}" aria-current=${name === page.name ? 'page' : undefined}>${title}</a>`,
        )}
      </nav>
      <${Connection} connection=${connection} status=${status} />
      <time class="clock quiet" title="Time of the site">${day(now)} ${clock(now)}</time>
      <${ThemeButton} />
      <button class="button icon" aria-label="Keys" title="Keys (?)" onClick=${() => help.current?.showModal()}>
        ?
      </button>
      ${session.token ? html`<${Logout} onLogout=${onLogout} />` : null}
    </header>
    ${session.role === 'viewer' ? html`<p class="strip">You can look at everything and change nothing: this token is read-only.</p>` : null}
    <${Lost} connection=${connection} status=${status} />
    <main id="content" tabindex="-1" class="page page-${page.name}">
      ${
        failed !== null
          ? html`<${Notice} kind="error" title="This page could not be loaded">${failed}</${Notice}>`
          : loaded?.name === page.name
            ? html`<${loaded.Page} argument=${argument} session=${session} status=${status} now=${now} />`
            : html`<${Notice} kind="loading" title="Loading" />`
      }
    </main>
    <${Answer} />
    <${Help} dialog=${help} />`;
}

const toContent = (event: Event): void => {
  event.preventDefault();
  document.getElementById('content')?.focus();
};

const BROKER = { connected: 'broker connected', connecting: 'connecting to the broker', offline: 'no broker' } as const;

function Connection({ connection, status }: { connection: string; status: StatusEvent | null }): VNode {
  const live = connection === 'open' && status !== null;
  const good = live && status.broker === 'connected';
  const word = live ? BROKER[status.broker] : connection === 'lost' ? 'not connected' : 'connecting';
  return html`<p class="connection" role="status">
    <span class="dot ${good ? 'good' : 'bad'}" aria-hidden="true"></span>${word}
    ${
      live && status.alarms > 0
        ? html` · <strong class="alarms">${count(status.alarms, 'open alarm')}</strong>`
        : live
          ? html`<span class="more"> · no open alarm</span>`
          : null
    }
  </p>`;
}

/** Problems of the service, or of the connection to it. */
function Lost({ connection, status }: { connection: string; status: StatusEvent | null }): VNode | null {
  if (connection === 'lost')
    return html`<${Notice} kind="lost" title="No connection to zankyo">
      The page shows the last data that it received. It connects again by itself; if it does not, check the service.
    </${Notice}>`;
  if (status === null) return null;
  const broker =
    status.broker === 'connected'
      ? null
      : html`<${Notice} kind="lost" title="No connection to the MQTT broker">
          No reading arrives, so no alarm can open. zankyo tries again by itself; check the broker and the network.
        </${Notice}>`;
  return html`${broker}
  ${status.problems.map(({ code, subject, text }) => html`<p class="strip warn" key=${code + (subject ?? '')}>${text}</p>`)}`;
}

function ThemeButton(): VNode {
  const [name, setName] = useState(theme());
  const sign = { system: '◐', light: '☀', dark: '☾' }[name];
  return html`<button
    class="button icon"
    aria-label="Theme: ${name}"
    title="Theme: ${name}"
    onClick=${() => {
      setName(switchTheme());
    }}
  >
    ${sign}
  </button>`;
}

function Logout({ onLogout }: { onLogout: () => void }): VNode {
  return html`<button class="button" onClick=${() => void post('logout', {}).then(onLogout)}>Log out</button>`;
}

/** The answer to the last command, with its undo. */
function Answer(): VNode {
  const [said, setSaid] = useState<Said | null>(null);
  useEffect(() => {
    onSaid(setSaid);
  }, []);
  return html`<div class="answer" role="status" aria-live="polite">
    ${
      said === null
        ? null
        : html`<p class=${said.refused ? 'refused' : ''}>
            <span>${said.refused ? 'Not done: ' : ''}${said.text}</span>
            ${
              said.undo === null
                ? null
                : html`<button class="button" onClick=${() => void undoLast()}>Undo <kbd>u</kbd></button>`
            }
            <button class="button icon" aria-label="Close" onClick=${dismiss}>×</button>
          </p>`
    }
  </div>`;
}

const KEYS: readonly (readonly [keys: string, effect: string])[] = [
  ['j k', 'next, previous'],
  ['Enter', 'open the stream'],
  ['n', 'normal: no alarm for events like this one'],
  ['f', 'fault: always an alarm'],
  ['m', 'mute for 2 hours'],
  ['u', 'undo the last command'],
  ['/', 'filter'],
  ['g n', 'Now'],
  ['g i', 'Incidents'],
  ['g l', 'Learning'],
  ['g s', 'System'],
  ['g e', 'Setup'],
  ['?', 'this list'],
];

function Help({ dialog }: { dialog: { current: HTMLDialogElement | null } }): VNode {
  return html`<dialog ref=${dialog} class="card help" aria-labelledby="keys-title">
    <h2 id="keys-title">Keys</h2>
    <dl>
      ${KEYS.map(
        ([keys, effect]) =>
          html`<div key=${keys}>
            <dt>${keys.split(' ').map((key) => html`<kbd key=${key}>${key}</kbd> `)}</dt>
            <dd>${effect}</dd>
          </div>`,
      )}
    </dl>
    <form method="dialog"><button class="button">Close</button></form>
  </dialog>`;
}
