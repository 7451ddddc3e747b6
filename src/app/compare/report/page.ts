import { html, Markup, type Content } from './markup.ts';
import { STYLE } from './style.ts';

/** Facts about the making of a report. */
export interface ReportInfo {
  readonly file: string;
  readonly version: string;
  readonly machine: string;
}

/** The page fetches nothing and runs no script. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** A self-contained HTML page. */
export function pageOf(title: string, body: Content): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <title>${title}</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `;
  return `${page.text.trim()}\n`;
}

export const section = (title: string, ...content: Content[]): Markup =>
  html`<section>
    <h2>${title}</h2>
    ${content}
  </section>`;

export const fact = (name: string, value: Content): Markup => html`<li>${name} <b>${value}</b></li>`;

/** The name of a file without its folders. */
export const baseName = (file: string): string => file.split(/[\\/]/).at(-1)!;
