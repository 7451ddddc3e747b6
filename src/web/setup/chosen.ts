import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ChosenYaml, SetupBody } from '../../app/dashboard/contract/setup.ts';
import { messageOf, post } from '../api.ts';
import { tell } from '../commands.ts';
import { html } from '../parts/html.ts';

/** Several ticks in a row are one question. */
const WAIT_MS = 200;

export interface ChosenProps {
  readonly search: number;
  readonly ticked: ReadonlySet<string>;
  readonly setup: SetupBody;
}

/** The ticked numbers as YAML, and the result of the check. */
export function Chosen({ search, ticked, setup }: ChosenProps): VNode {
  const [body, setBody] = useState<ChosenYaml | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    setBody(null);
    setError(null);
    if (ticked.size === 0) return undefined;
    let wanted = true;
    const timer = setTimeout(() => {
      post<ChosenYaml>('discover/yaml', { search, fields: [...ticked] })
        .then((answer) => {
          if (wanted) setBody(answer);
        })
        .catch((reason: unknown) => {
          if (wanted) setError(messageOf(reason));
        });
    }, WAIT_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [search, ticked]);
  return html`<section class="card chosen" aria-label="Lines for the site file">
    <h2>${setup.mode === 'add' ? 'Lines for the site file' : 'A site file'}</h2>
    ${
      error !== null
        ? html`<p class="error" role="alert">${error}</p>`
        : ticked.size === 0
          ? html`<p class="quiet">Tick numbers in the list: their lines appear here, checked as zankyo check does.</p>`
          : body === null
            ? html`<p class="quiet">Checking…</p>`
            : html`<${Yaml} body=${body} file=${setup.file} />`
    }
  </section>`;
}

function Yaml({ body, file }: { readonly body: ChosenYaml; readonly file: string | null }): VNode {
  const { yaml, series, ok, problems, warnings, mode } = body;
  return html`<p class="check-result" role="status">
      <strong class=${ok ? 'is-ready' : 'error'}>${ok ? '✓ The check passes' : '✗ The check fails'}</strong>
      <span class="quiet">${series} more series</span>
    </p>
    ${[...problems, ...warnings].map((line) => html`<p key=${line} class="small ${ok ? '' : 'error'}">${line}</p>`)}
    <pre class="yaml" tabindex="0" aria-label="YAML"><code>${yaml}</code></pre>
    <p class="actions">
      <button class="button primary" onClick=${() => void copy(yaml)}>Copy</button>
      <button
        class="button"
        onClick=${() => {
          download(yaml, mode === 'add' ? 'inputs.yaml' : 'site.yaml');
        }}
      >
        Download
      </button>
    </p>
    <p class="small quiet">
      ${
        mode === 'add'
          ? html`Paste them at the end of the list <code>inputs</code> of <code>${file}</code>. The service puts a
              changed file in force by itself, or after <code>zankyo cmd reload</code>.`
          : html`Save it and run <code>zankyo run -c site.yaml</code>.`
      }
      ${' '}zankyo itself never writes a site file.
    </p>`;
}

/** Without a secure context, as over http from another machine, there is no clipboard: the text is selected instead. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell('Copied.');
  } catch {
    const code = document.querySelector('.yaml code');
    if (code !== null) getSelection()?.selectAllChildren(code);
    tell('The browser does not let this page copy: the text is selected, copy it with Ctrl+C.', true);
  }
}

function download(text: string, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 10_000);
}
