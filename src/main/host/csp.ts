/** The content security policy of the page, the same under both hosts; `connect` lists the origins of its sockets. */
export function contentSecurityPolicy(connect: readonly string[] = []): string {
  const rules: readonly (readonly [string, readonly string[]])[] = [
    ['default-src', ["'none'"]],
    ['script-src', ["'self'"]],
    // xterm and React set inline style properties; no inline script is possible.
    ['style-src', ["'self'", "'unsafe-inline'"]],
    ['font-src', ["'self'"]],
    ['img-src', ["'self'", 'data:']],
    ['connect-src', ["'self'", ...connect]],
    ['base-uri', ["'none'"]],
    ['form-action', ["'none'"]],
    ['frame-ancestors', ["'none'"]],
    ['object-src', ["'none'"]],
  ];
  return rules.map(([name, values]) => `${name} ${values.join(' ')}`).join('; ');
}
