/** What a request says of itself before it is checked: its command, and the series that it names; neither where it cannot be read. */
export function fieldsOf(payload: Uint8Array): { readonly command?: string; readonly series?: string } {
  try {
    const { command, series } = Object(JSON.parse(Buffer.from(payload).toString())) as Record<string, unknown>;
    return { ...(typeof command === 'string' && { command }), ...(typeof series === 'string' && { series }) };
  } catch {
    return {};
  }
}
