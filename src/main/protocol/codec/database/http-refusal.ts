const code = 503;

/** The failed answer of databases that speak HTTP, in the form that their clients read (tunnels.md 3.7). */
export function httpRefusal(protocol: string, text: string): Buffer {
  const body = protocol === 'clickhouse-http' ? `${text}\n` : `${JSON.stringify(bodyFor(protocol, text))}\n`;
  const type = protocol === 'clickhouse-http' ? 'text/plain; charset=utf-8' : 'application/json';
  return Buffer.from(
    [
      `HTTP/1.1 ${code} Service Unavailable`,
      `Content-Type: ${type}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

function bodyFor(protocol: string, text: string): object {
  switch (protocol) {
    case 'dynamodb':
      return { __type: 'ServiceUnavailable', message: text };
    case 'snowflake':
      return { success: false, message: text };
    default:
      return { error: { type: 'internal_server_error_exception', reason: text }, status: code };
  }
}
