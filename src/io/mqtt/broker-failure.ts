/** `no_echo`: the broker acknowledged the message, but did not deliver it to a subscriber. */
export type PublishPermission = 'granted' | 'refused' | 'no_echo';

/** MQTT 5 PUBACK: the broker's access rules deny the publication. */
export const NOT_AUTHORISED = 135;

/** A failed connection, as mqtt.js, the socket or TLS reports it. */
export interface BrokerFailure {
  readonly message: string;
  /** A CONNACK or DISCONNECT reason code (number), or an error code of the system or TLS (string). */
  readonly code?: number | string | undefined;
}

/** The broker closed the socket. Whether these codes or a plain close appear depends on the timing. */
const ABRUPT_CLOSE: readonly unknown[] = ['ECONNRESET', 'EPIPE'];

/** The client and the broker, for messages. */
export interface BrokerIdentity {
  /** Without user name and password, because it is printed. */
  readonly url: string;
  readonly username: string | undefined;
  readonly clientId: string;
  /** File with the certificate authority of the broker, if it is not one of the system's. */
  readonly ca?: string | undefined;
}

/** MQTT 5 DISCONNECT: another client has connected with this client id. */
export const SESSION_TAKEN_OVER = 142;

/** Reason codes of MQTT 5 (table 2-6) and return codes of MQTT 3.1.1 (table 3.1); they do not overlap. */
const refused = ({ url, username, clientId }: BrokerIdentity, reason: number): string => {
  const user = username === undefined ? 'a client without a user name' : `the user "${username}"`;
  switch (reason) {
    case 1:
    case 132:
      return `${url} does not speak this version of MQTT: set mqtt.protocol to auto`;
    case 2:
    case 133:
      return `${url} does not accept the client id "${clientId}": set mqtt.client_id to one it allows`;
    case 3:
    case 136:
    case 137:
      return `${url} is busy or not ready and asks to try again later`;
    case 4:
    case 134:
      return `${url} refuses ${user}: bad user name or password; check mqtt.username and mqtt.password`;
    case 5:
    case 135:
      return `${url} does not authorise ${user}: check mqtt.username and mqtt.password, and the broker's access rules`;
    case 138:
      return `${url} has banned the client "${clientId}"`;
    case 139:
      return `${url} is shutting down`;
    case SESSION_TAKEN_OVER:
      return `${url}: another client has connected with the id "${clientId}"; give each program its own mqtt.client_id`;
    case 149:
      return `${url} sent a packet larger than this client allows`;
    default:
      return `${url} ended the connection with reason code ${reason}`;
  }
};

const failed = ({ url, ca }: BrokerIdentity, code: string): string | null => {
  switch (code) {
    case 'ECONNREFUSED':
      return `${url} refuses the connection: is the broker running, and does it listen on this address and port?`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${url}: host name not found; check mqtt.url and this machine's DNS settings`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${url} cannot be reached from this machine's network`;
    case 'ETIMEDOUT':
      return `${url} does not answer: check the address, the port and any firewall between`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return ca === undefined
        ? `${url}: the broker's certificate is not signed by an authority known here; set mqtt.tls.ca to that authority's certificate`
        : `${url}: the broker's certificate is not signed by the authority in ${ca}; set mqtt.tls.ca to the one that signed it`;
    case 'CERT_HAS_EXPIRED':
      return `${url}: the broker's certificate has expired, or this machine's clock is wrong`;
    case 'CERT_NOT_YET_VALID':
      return `${url}: the broker's certificate is not valid yet, or this machine's clock is wrong`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${url}: the broker's certificate is for another name; set mqtt.tls.server_name to the name it was made for`;
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `${url} does not speak TLS on this port: use mqtt://, or the broker's TLS port (usually 8883)`;
    default:
      if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code))
        return `${url} supports no safe TLS version (${code}): enable TLS 1.2 or 1.3 on the broker`;
      // OpenSSL names an alert by its number and text, which differ between its versions.
      if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA/.test(code))
        return `${url} does not accept this client's certificate (${code}): check mqtt.tls.cert and mqtt.tls.key`;
      return null;
  }
};

/** Node's name of an OpenSSL error that occurred during a write; Node then reports it only in the message. */
const openSslCode = (message: string): string => {
  const [, reason = 'EPROTO'] = /:SSL routines:[^:]*:([^:]+):/.exec(message) ?? [];
  return reason === 'EPROTO' ? reason : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
};

/**
 * One sentence with the cause and the remedy. It names the URL and the options to check, never a password. A failure of
 * null is a plain close; `accepted`: the broker had accepted CONNECT.
 */
export const describeFailure = (failure: BrokerFailure | null, identity: BrokerIdentity, accepted: boolean): string => {
  const { url } = identity;
  if (failure === null || ABRUPT_CLOSE.includes(failure.code))
    return accepted
      ? `${url} closed the connection`
      : `${url} closed the connection without an answer: is it mqtt:// there (plain, usually port 1883) or mqtts:// (TLS, usually 8883)?`;
  const { message } = failure;
  const code = failure.code === 'EPROTO' ? openSslCode(message) : failure.code;
  if (typeof code === 'number') return refused(identity, code);
  if (message === 'connack timeout') return failed(identity, 'ETIMEDOUT')!;
  if (message === 'Keepalive timeout') return `${url} has stopped answering`;
  const sentence = code === undefined ? null : failed(identity, code);
  // The error of a name with several addresses has a code and no message.
  return sentence ?? `${url}: ${message === '' && code !== undefined ? code : message.trim()}`;
};

/**
 * Whether the protocol version may be the cause of a failed attempt. A broker that supports only MQTT 3.1.1 may report
 * that (return code 1, reason code 132), answer with bytes that are not MQTT 5, or close the connection.
 */
export const doubtsVersion = (failure: BrokerFailure | null): boolean => {
  if (failure === null || ABRUPT_CLOSE.includes(failure.code)) return true;
  const { code, message } = failure;
  return code === undefined ? message !== 'connack timeout' : code === 1 || code === 132;
};

/** The sentence for a permission to publish that was denied, with or without an answer (null), or is unknown; null when it was granted. */
export const describePermission = (
  permission: PublishPermission | null,
  topic: string,
  { url, username, clientId }: BrokerIdentity,
): string | null => {
  const who = username === undefined ? `the client "${clientId}"` : `the user "${username}"`;
  const topics = topic.replace(/[^/]*$/, '#');
  switch (permission) {
    case 'refused':
      return `${url} does not let ${who} publish to ${topic}, so alerts are not delivered: allow it to write to ${topics} in the broker's access rules`;
    case 'no_echo':
      return `${url} does not deliver a message that ${who} published to ${topic}, so alerts may be lost (MQTT 3.1.1 reports no refusals): allow it to read and write ${topics} in the broker's access rules`;
    case null:
      return `${url} closed the connection when ${who} published to ${topic}: allow it to write to ${topics} in the broker's access rules`;
    case 'granted':
      return null;
  }
};
