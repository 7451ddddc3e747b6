import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AppError } from '../../errors.ts';

/** The PEM file of an authority. Throws `config_invalid` for one that cannot be read: OpenSSL would take it for an empty list. */
export function readAuthority(path: string): string {
  try {
    const pem = readFileSync(path, 'utf8');
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const problem =
      code.startsWith('E') && !code.startsWith('ERR_')
        ? `cannot be read (${code})`
        : 'is not a PEM file with a certificate';
    throw new AppError('config_invalid', `postgres.ca: ${path} ${problem}`, { cause });
  }
}

/** Codes of OpenSSL for a certificate whose authority is not trusted. */
const UNTRUSTED = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
];

/** Why no connection to PostgreSQL was made, and where there is one, the remedy. */
export function describeFailure(
  error: unknown,
  { tls, ca }: { readonly tls: boolean; readonly ca: string | undefined },
): string {
  const { message, code = '' } = error as NodeJS.ErrnoException;
  // Node reports both addresses of a name in one error without a message.
  const text = message === '' ? code : message;
  if (UNTRUSTED.includes(code)) {
    const trusted = ca ?? 'an authority that Node trusts';
    return `the certificate of the server is not signed by ${trusted} (${code}): set postgres.ca to the PEM file of the authority that signed it`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the certificate of the server is for another name (${text}): write that name in postgres.url, or give the server a certificate for this one`;
  if (code === 'CERT_HAS_EXPIRED') return 'the certificate of the server has expired: renew it';
  if (tls && message === 'The server does not support SSL connections')
    return 'the server accepts no TLS: set ssl = on in postgresql.conf, or postgres.tls: false';
  if (!tls && message.includes('no pg_hba.conf entry'))
    return `${text}: the server accepts this user only with TLS, or not at all; set postgres.tls: true, or add a line to pg_hba.conf`;
  return text;
}
