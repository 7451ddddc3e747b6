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

/** A table that scrolls where the page is narrow; `rows` are its `tr` elements. */
export const table = (heads: readonly string[], rows: readonly Markup[], attributes: Markup | null = null): Markup =>
  html`<div class="scroll">
    <table${attributes}>
      <thead>
        <tr>
          ${heads.map((head) => html`<th>${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;

/** A table of anomalies; `rows` are its `tr` elements. */
export const detectionTable = (heads: readonly string[], rows: readonly Markup[]): Markup =>
  table(heads, rows, html` class="detections"`);

/** A table of figures: the first cell of a row is its name. */
export const figureTable = (heads: readonly string[], lines: readonly (readonly Content[])[]): Markup =>
  table(
    heads,
    lines.map(
      (cells) =>
        html`<tr>
          ${cells.map((cell) => html`<td>${cell}</td>`)}
        </tr>`,
    ),
  );

/** The name of a file without its folders. */
export const baseName = (file: string): string => file.split(/[\\/]/).at(-1)!;
